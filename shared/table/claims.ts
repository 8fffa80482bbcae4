import { later } from '../domain/time.ts'
import { absent, any, atMost, type Condition } from './conditions.ts'

/** For how long whoever sends an e-mail has it for themselves, in seconds: one that dies in between delays it by that at most. */
const leaseSeconds = 10

/** The attribute by which a mailer claims an e-mail that is owed. */
export const claim = (now: Date) => ({ claimedUntil: later(now, leaseSeconds) })

/** Nobody else is sending it at this moment. */
export const unclaimed = (now: Date): Condition => any(absent('claimedUntil'), atMost('claimedUntil', now.toISOString()))
