import type { RefusalRecord } from './refusals.ts'
import { later } from './time.ts'

/** The outcome of a turn: the answer to everybody who asked the same meanwhile. */
export type TurnOutcome = { readonly answer: object } | { readonly refusal: RefusalRecord }

/** Somebody's turn to ask the payment provider about an invoice, or about a workspace's payment method: one at a time. */
export interface PaymentTurn {
  readonly by: string
  /** The payment method, as a hash. */
  readonly of: string
  /** While it lasts: the latest time at which it ends. Afterwards: when it ended. */
  readonly until: string
  readonly outcome?: TurnOutcome
}

/** What is asked about one at a time, with its last turns, newest last; older items have none. */
export interface InTurn {
  readonly paymentTurns?: readonly PaymentTurn[]
}

/**
 * How long a turn lasts at most, in seconds: longer than the function that holds it, so that whoever's turn has expired is no longer
 * running.
 */
const leaseSeconds = 35
/** How many outcomes are kept for those who wait for them, and for how many seconds. */
const maximumKept = 20
const keptSeconds = 60

/** The turns to keep before a new one: those whose outcome somebody may still wait for. */
export const recentTurns = ({ paymentTurns }: InTurn, now: Date): readonly PaymentTurn[] =>
  paymentTurns?.filter(({ until, outcome }) => outcome && until > later(now, -keptSeconds)).slice(-maximumKept) ?? []

export const newTurn = (by: string, of: string, now: Date): PaymentTurn => ({ by, of, until: later(now, leaseSeconds) })

/** Whether somebody is asking now. Whoever is out of time has died. */
export const isTaken = ({ paymentTurns }: InTurn, now: Date): boolean =>
  paymentTurns?.some(({ until, outcome }) => !outcome && until > now.toISOString()) ?? false

/** The outcome of the same question, if it became known only after somebody had come to ask it: then it is their answer too. */
export const outcomeSince = ({ paymentTurns }: InTurn, of: string, came: Date): TurnOutcome | undefined =>
  paymentTurns?.find((turn) => turn.of === of && turn.outcome && turn.until >= came.toISOString())?.outcome
