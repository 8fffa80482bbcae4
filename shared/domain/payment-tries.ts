import { Refusal } from './refusals.ts'
import { later, secondsUntil } from './time.ts'

/** The window (an hour) within which a person, or an invoice, may be refused as often as there are slots. */
const windowSeconds = 3_600
export const slots = ['try0', 'try1', 'try2', 'try3', 'try4'] as const
export type Slot = (typeof slots)[number]

/** One of the five: reserved before the provider is asked, kept if it refuses, given back if it does not. */
export interface PaymentTry {
  /** The turn that it belongs to. */
  readonly by: string
  /** When it becomes free again. */
  readonly until: string
  /** Present while the provider is being asked: until then it may still be given back. A process that died never gives it back. */
  readonly asking?: string
}

/** The five of a person or of an invoice. A missing one is free. */
export type PaymentTries = { readonly [S in Slot]?: PaymentTry }

/** A try for somebody who is about to ask and will have an answer by `asking`. Without an answer it counts as a refusal. */
export const reservedTry = (by: string, asking: string, now: Date): PaymentTry => ({ by, until: later(now, windowSeconds), asking })

/** A try that the provider refused. */
export const refusedTry = (by: string, now: Date): PaymentTry => ({ by, until: later(now, windowSeconds) })

const takenAt = (tries: PaymentTries | undefined, at: string): PaymentTry[] =>
  slots.map((slot) => tries?.[slot]).filter((each): each is PaymentTry => each !== undefined && each.until > at)

/** A random free one, so that those who race seldom collide; undefined if all are taken. */
export function freeSlot(tries: PaymentTries | undefined, now: Date): Slot | undefined {
  const free = slots.filter((slot) => (tries?.[slot]?.until ?? '') <= now.toISOString())
  return free[Math.floor(Math.random() * free.length)]
}

/** Refuses (`rate_limited`) a person, or an invoice, after five refusals within the hour. Call it before you ask the provider about a card. */
export function requireTry(now: Date, ...each: readonly (PaymentTries | undefined)[]): void {
  const at = now.toISOString()
  for (const tries of each) {
    const refused = takenAt(tries, at).filter(({ asking }) => asking === undefined || asking <= at)
    const first = refused
      .map(({ until }) => until)
      .sort()
      .at(-slots.length)
    if (first === undefined) continue
    throw new Refusal('rate_limited', 'Too many payments or payment methods were refused within the last hour. Try again later.', {
      retryAfter: secondsUntil(first, now),
    })
  }
}
