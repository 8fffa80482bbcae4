import type { Invoice, Reader } from '../domain/invoice.ts'
import { later } from '../domain/time.ts'
import { claim, unclaimed } from './claims.ts'
import { all, exists } from './conditions.ts'
import * as keys from './design/keys.ts'
import { type Table, update } from './engine.ts'
import { notBlocked } from './invitations.ts'
import { changed, ifUnchanged } from './races.ts'

/** What an invoice's e-mail to a reader is made of: one round. */
export const readInvoiceMail = (table: Table, invoiceId: string, accountId: string) =>
  table.get({ reader: keys.reader({ invoiceId, accountId }), invoice: keys.invoice(invoiceId), account: keys.account(accountId) })

const keyOf = ({ invoiceId, accountId }: Reader) => keys.reader({ invoiceId, accountId })

/**
 * A mailer's claim on the e-mail that is owed to a reader; false where it is not owed, or somebody else is at it. Throws `AddressBlocked`
 * where the mailbox has bounced or complained lately.
 */
export const claimInvoiceMail = (table: Table, reader: Reader, mailbox: string, now: Date): Promise<boolean> =>
  ifUnchanged(
    table.write(update(keyOf(reader), { set: claim(now) }, all(exists('outbox'), unclaimed(now)), changed), notBlocked(mailbox, now)),
  )

/** SES did not take the e-mail: whoever is asked next may try at once. */
export const releaseInvoiceMail = (table: Table, reader: Reader): Promise<boolean> =>
  table.attempt(keyOf(reader), { remove: ['claimedUntil'] }, exists('outbox'))

const settled = ['outbox', 'gsi2pk', 'gsi2sk', 'claimedUntil']

/** The e-mail is with SES: nothing is owed any more. */
export const settleInvoiceMail = (table: Table, reader: Reader, mailbox: string, messageId: string): Promise<boolean> =>
  table.attempt(keyOf(reader), { set: { mailed: true, mailbox, messageId, delivery: 'sent' }, remove: settled }, exists('outbox'))

/** The e-mail is not to be sent, now or later: nothing is owed any more. */
export const withholdInvoiceMail = (table: Table, reader: Reader): Promise<boolean> =>
  table.attempt(keyOf(reader), { set: { mailed: false }, remove: settled }, exists('outbox'))

/** For how long an invoice's e-mail waits for an address that is blocked again and again, in seconds: a week. */
const giveUpSeconds = 604_800

/** The address is blocked: the sweep asks again once it is not, but not for ever. */
export function putOffInvoiceMail(table: Table, reader: Reader, { issuedAt }: Invoice, until: string): Promise<boolean> {
  if (until > later(new Date(issuedAt ?? 0), giveUpSeconds)) return withholdInvoiceMail(table, reader)
  return table.attempt(keyOf(reader), { set: { gsi2sk: until } }, exists('outbox'))
}
