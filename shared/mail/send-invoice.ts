import { deliverableEmail } from '../domain/email.ts'
import type { InvoiceMail } from '../queue/queue.ts'
import type { Services } from '../services.ts'
import { claimInvoiceMail, readInvoiceMail, releaseInvoiceMail, settleInvoiceMail } from '../table/invoices.ts'
import { invoiceEmail } from './invoice-email.ts'

/** Sends the final invoice to one who may read it, at the address that their account has now. One that is not owed is not sent. */
export async function sendInvoice(
  { invoiceId, accountId }: InvoiceMail,
  { table, mail, clock }: Pick<Services, 'table' | 'mail' | 'clock'>,
): Promise<void> {
  const [reader, invoice, account] = await readInvoiceMail(table, invoiceId, accountId)
  if (!reader?.outbox || !invoice || !account) return
  if (!(await claimInvoiceMail(table, reader, clock()))) return
  await mail.send(invoiceEmail(deliverableEmail(account.email) ?? account.email, invoice)).catch(async (error) => {
    await releaseInvoiceMail(table, reader).catch(() => {})
    throw error
  })
  await settleInvoiceMail(table, reader)
}
