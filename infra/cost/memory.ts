import { prices } from './prices.ts'

/** Megabytes that give one virtual processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const mbOfOneCpu = 1_769

/** The sizes compared, in MB. */
export const comparedMb = [256, 512, 1_024, 1_769] as const

/** The smallest size considered: an idle process takes 90 to 130 MB here, and the pages of a purge or a list come on top. */
const leastMb = 512

/** Milliseconds of a function's CPU time, and of waiting for others, which more memory does not shorten. */
export interface Work {
  /** CPU before the first event is handled. */
  readonly initCpu: number
  /** CPU of the first event. */
  readonly firstCpu: number
  /** CPU of a later event. */
  readonly warmCpu: number
  /** Waiting in init, and in each event. */
  readonly initWait: number
  readonly wait: number
}

/** The share of calls that start a new environment. */
const coldShare = 0.01

/**
 * The duration of a call in milliseconds, cold and warm, and Lambda's price in USD for a million calls. An event gets the share of a
 * processor that its memory buys; init gets a whole one at any size
 * (https://serverlessland.com/content/service/lambda/guides/effectively-running-java-on-serverless/init-heavy-lifting) and is billed like
 * the rest. A handler has one thread: more than one processor makes it no faster.
 */
export function at(memoryMb: number, { initCpu, firstCpu, warmCpu, initWait, wait }: Work) {
  const share = Math.min(1, memoryMb / mbOfOneCpu)
  const cold = initCpu + initWait + firstCpu / share + wait
  const warm = warmCpu / share + wait
  const mean = coldShare * cold + (1 - coldShare) * warm
  const usdPerMillion = 1_000 * mean * (memoryMb / 1_024) * prices.lambdaGbSecond.usd + prices.lambdaRequest.usd
  return { cold, warm, mean, usdPerMillion }
}

/**
 * The size with the best trade-off: the product of a call's duration and its total price is smallest. `otherUsd` is what else a million
 * calls cost: the API's requests, the table's capacity.
 */
export function chosenMb(work: Work, otherUsd: number, sizes: readonly number[] = comparedMb.filter((size) => size >= leastMb)): number {
  const product = (size: number) => at(size, work).mean * (at(size, work).usdPerMillion + otherUsd)
  return sizes.reduce((best, size) => (product(size) < product(best) ? size : best))
}
