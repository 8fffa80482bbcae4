import { chargeInvoice } from '../billing/charge.ts'
import { type Payments, ProviderAway } from '../billing/payments.ts'
import type { Billing, Deletion, Invoice } from '../domain/model.ts'
import { later, secondsUntil } from '../domain/time.ts'
import { finishStep, progress } from '../table/deletions.ts'
import { listReaders, oweInvoiceMail, readInvoice } from '../table/invoices.ts'
import type { StepOutcome, Tools } from './step.ts'

/** Charges the final invoice, once; a provider that is away is asked again with back-off, until it is given up. Then mails the invoice. */
export async function chargeFinalInvoice(deletion: Deletion, tools: Tools): Promise<StepOutcome> {
  const { table, payments, clock, metrics } = tools
  if (deletion.nextAttemptAt && secondsUntil(deletion.nextAttemptAt, clock()) > 0) return 'later'
  const invoice = await readInvoice(table, deletion.invoiceId)
  if (!invoice) throw new Error('The invoice of a deletion is not there')
  try {
    if (payments && invoice.billing) await settle(tools, payments, invoice, invoice.billing)
  } catch (error) {
    if (!(error instanceof ProviderAway)) throw error
    metrics.record('ChargesPutOff', 1, aboutOf(invoice))
    if (await waitForProvider(deletion, tools)) return 'later'
  }
  await mailInvoice(deletion.invoiceId, tools)
  await table.write(finishStep(deletion, 'chargeFinalInvoice', clock()))
  return 'done'
}

/** Charges what is open; once the invoice is settled the payment method has served. */
async function settle({ table, clock, metrics }: Tools, payments: Payments, invoice: Invoice, billing: Billing): Promise<void> {
  if (invoice.status === 'open') {
    const { status } = await chargeInvoice(table, payments, invoice, billing, clock())
    if (status === 'uncollectible') metrics.record('ChargesRefused', 1, aboutOf(invoice))
  }
  await payments.detach(billing.paymentMethodId)
}

const aboutOf = ({ id, workspaceId }: Invoice) => ({ invoiceId: id, workspaceId })

/** Says when the provider is asked again: after 2, 4, 8 … 900 seconds, at last when it is given up. False once it is. */
async function waitForProvider(deletion: Deletion, { table, queue, settings, clock }: Tools): Promise<boolean> {
  const now = clock()
  const { chargeSince = now.toISOString(), chargeAttempts = 0 } = deletion
  const left = settings.CHARGE_GIVE_UP_SECONDS + secondsUntil(chargeSince, now)
  if (left <= 0) return false
  const wait = Math.ceil(Math.min(900, 2 ** (chargeAttempts + 1), left))
  const noted = { chargeSince, chargeAttempts: chargeAttempts + 1, nextAttemptAt: later(now, wait) }
  if (await progress(table, deletion, noted, now, wait)) await queue.announce('deletion', [{ deletionId: deletion.id }], wait)
  return true
}

/** How long the sweep leaves an invoice's e-mail to the queue, in seconds. */
const patience = 15

/** The intent to mail lives with the invoice, so that the purge does not take it. */
async function mailInvoice(invoiceId: string, { table, queue, clock }: Tools): Promise<void> {
  const readers = await listReaders(table, invoiceId)
  for (const reader of readers) await oweInvoiceMail(table, reader, clock(), patience)
  await queue.announce(
    'mail',
    readers.map(({ accountId }) => ({ kind: 'invoice' as const, invoiceId, accountId })),
  )
}
