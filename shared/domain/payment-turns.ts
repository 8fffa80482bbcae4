import type { RefusalRecord } from './refusals.ts'
import { later } from './time.ts'

/** What came of a turn: what everybody is answered who asked the same meanwhile. */
export type TurnOutcome = { readonly answer: object } | { readonly refusal: RefusalRecord }

/** Somebody asks the payment provider about something that one at a time asks about: an invoice, or the payment method of a workspace. */
export interface PaymentTurn {
  readonly by: string
  /** The payment method, as a hash. */
  readonly of: string
  /** While it is under way: when it has ended at the latest. Afterwards: when it ended. */
  readonly until: string
  readonly outcome?: TurnOutcome
}

/** What one at a time asks about: its last turns, the newest last. Of before there are none. */
export interface InTurn {
  readonly paymentTurns?: readonly PaymentTurn[]
}

/** How long a turn lasts at most, in seconds: longer than the function that has it, so that somebody whose turn is over is no more. */
const leaseSeconds = 35
/** Outcomes are kept for those who have been waiting for them: so many, for so long (seconds). */
const maximumKept = 20
const keptSeconds = 60

/** The turns that a new one is put behind: those whose outcome may still be waited for. */
export const recentTurns = ({ paymentTurns }: InTurn, now: Date): readonly PaymentTurn[] =>
  paymentTurns?.filter(({ until, outcome }) => outcome && until > later(now, -keptSeconds)).slice(-maximumKept) ?? []

export const newTurn = (by: string, of: string, now: Date): PaymentTurn => ({ by, of, until: later(now, leaseSeconds) })

/** Whether somebody is asking at this moment. One whose time is over has died. */
export const isTaken = ({ paymentTurns }: InTurn, now: Date): boolean =>
  paymentTurns?.some(({ until, outcome }) => !outcome && until > now.toISOString()) ?? false

/** What came of the same question, where that was heard only after somebody had come to ask it: it is their answer too. */
export const outcomeSince = ({ paymentTurns }: InTurn, of: string, came: Date): TurnOutcome | undefined =>
  paymentTurns?.find((turn) => turn.of === of && turn.outcome && turn.until >= came.toISOString())?.outcome
