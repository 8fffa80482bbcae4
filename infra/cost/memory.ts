import { prices } from './prices.ts'

/** Megabytes that make one virtual processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const mbOfOneCpu = 1_769

/** The sizes that are compared, in MB. */
export const comparedMb = [256, 512, 1_024, 1_769] as const

/** The least that is chosen: a process here takes 90 to 130 MB at rest, and pages of a purge or a list come on top of that. */
const leastMb = 512

/** Milliseconds of CPU of a function, and of waiting for others, which no memory shortens. */
export interface Work {
  /** CPU until the first event is looked at. */
  readonly initCpu: number
  /** CPU of the first event. */
  readonly firstCpu: number
  /** CPU of a later event. */
  readonly warmCpu: number
  /** Waiting in init, and in each event. */
  readonly initWait: number
  readonly wait: number
}

/** Which part of the calls starts a new environment. */
const coldShare = 0.01

/**
 * The time of a call in milliseconds, cold and warm, and what Lambda takes for a million calls in USD. An event has the share of a
 * processor that its memory gives; init has a whole one at any size
 * (https://serverlessland.com/content/service/lambda/guides/effectively-running-java-on-serverless/init-heavy-lifting), and is paid like
 * all else. A handler is one thread: more than one processor makes it no faster.
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
 * The size at which the time of a call and its whole price meet: their product is least. `otherUsd` is what the rest of a million calls
 * costs: the API's request, the table's capacity.
 */
export function chosenMb(work: Work, otherUsd: number, sizes: readonly number[] = comparedMb.filter((size) => size >= leastMb)): number {
  const product = (size: number) => at(size, work).mean * (at(size, work).usdPerMillion + otherUsd)
  return sizes.reduce((best, size) => (product(size) < product(best) ? size : best))
}
