import { deliverableEmail } from '../domain/email.ts'
import type { Invoice, Reader } from '../domain/invoice.ts'
import type { InvoiceMail } from '../domain/messages.ts'
import { tagsOfInvoice } from '../mail/ses-event.ts'
import type { Services } from '../services.ts'
import type { Table } from '../table/engine.ts'
import { AddressBlocked, mailboxOf } from '../table/invitations.ts'
import {
  claimInvoiceMail,
  putOffInvoiceMail,
  readInvoiceMail,
  releaseInvoiceMail,
  settleInvoiceMail,
  withholdInvoiceMail,
} from '../table/invoice-mail.ts'
import { invoiceEmail } from './invoice-email.ts'

/**
 * Sends the final invoice to one who may read it, at the address that their account has now. One that is not owed is not sent. An address
 * that was never verified, by which anybody could have named anybody, gets none; one that bounced or complained lately gets it later.
 */
export async function sendInvoice(
  { invoiceId, accountId }: InvoiceMail,
  { table, mail, clock }: Pick<Services, 'table' | 'mail' | 'clock'>,
): Promise<void> {
  const { reader, invoice, account } = await readInvoiceMail(table, invoiceId, accountId)
  if (!reader?.outbox || !invoice) return
  if (!account?.emailVerified) {
    await withholdInvoiceMail(table, reader)
    return
  }
  const mailbox = mailboxOf(account.email)
  if (!(await claim(table, reader, { invoice, mailbox, now: clock() }))) return
  const email = { ...invoiceEmail(deliverableEmail(account.email) ?? account.email, invoice), tags: tagsOfInvoice(reader) }
  const messageId = await mail.send(email).catch(async (error) => {
    await releaseInvoiceMail(table, reader).catch(() => {})
    throw error
  })
  await settleInvoiceMail(table, reader, mailbox, messageId)
}

/** Whether the e-mail is to be sent now: it is still owed, nobody else is at it, and the address may be written to. */
async function claim(
  table: Table,
  reader: Reader,
  { invoice, mailbox, now }: { invoice: Invoice; mailbox: string; now: Date },
): Promise<boolean> {
  try {
    return await claimInvoiceMail(table, reader, mailbox, now)
  } catch (error) {
    if (!(error instanceof AddressBlocked)) throw error
    await putOffInvoiceMail(table, reader, invoice, error.until)
    return false
  }
}
