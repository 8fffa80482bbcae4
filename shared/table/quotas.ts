import { Refusal } from '../domain/refusals.ts'
import { dayOf, epochSeconds, later, secondsToNextDay } from '../domain/time.ts'
import { absent, any, atLeast, atMost, below } from './conditions.ts'
import { ttlAttribute } from './design/attributes.ts'
import * as keys from './design/keys.ts'
import { type Table, update, type Write } from './engine.ts'
import { changed, ifUnchanged } from './races.ts'

/** When a day's counter may be collected. */
const collectable = (now: Date) => ({ [ttlAttribute]: epochSeconds(later(now, 2 * 86_400)) })

/** Counts `added` addresses that an account has mailed today; refuses `rate_limited` where that is over `perDay`. */
export function countInvites(accountId: string, added: number, perDay: number, now: Date): Write {
  const rule = added <= perDay ? any(absent('count'), atMost('count', perDay - added)) : below('count', 0)
  return update(keys.inviteQuota({ accountId, day: dayOf(now) }), { add: { count: added }, set: collectable(now) }, rule, () =>
    overInvites(perDay, now),
  )
}

const overInvites = (perDay: number, now: Date): Refusal =>
  new Refusal('rate_limited', `You can invite at most ${perDay} addresses a day. Try again tomorrow (UTC).`, {
    retryAfter: secondsToNextDay(now),
  })

/** Today's e-mails to an address are used up. */
export class MailUsedUp extends Error {}

const mailCount = (now: Date) => ({ add: { count: 1 }, set: collectable(now) })
const mailRule = (perDay: number) => (perDay > 0 ? any(absent('count'), below('count', perDay)) : below('count', 0))

/** Counts one e-mail to an address in the transaction that sends it; throws `MailUsedUp`. */
export const countMail = (mailbox: string, perDay: number, now: Date): Write =>
  update(keys.mailQuota({ mailbox, day: dayOf(now) }), mailCount(now), mailRule(perDay), () => new MailUsedUp())

/**
 * Reserves one of today's e-mails to an address, before the transaction that sends it: false where the day's are used up. An upper
 * bound: a process killed between the two has used up one.
 */
export const reserveMail = (table: Table, mailbox: string, perDay: number, now: Date): Promise<boolean> =>
  table.attempt(keys.mailQuota({ mailbox, day: dayOf(now) }), mailCount(now), mailRule(perDay))

/**
 * Gives reserved e-mails back that were not sent after all: a transaction, which subtracts once also where its answer is lost. An update
 * would subtract twice, and let too many e-mails through.
 */
export const releaseMail = (table: Table, mailbox: string, unused: number, now: Date): Promise<boolean> =>
  ifUnchanged(
    table.write(update(keys.mailQuota({ mailbox, day: dayOf(now) }), { add: { count: -unused } }, atLeast('count', unused), changed)),
  )
