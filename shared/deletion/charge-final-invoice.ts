import { chargeInvoice } from '../billing/charge.ts'
import { detachMethod, noteTooLarge, reportAway } from '../billing/owed.ts'
import type { Deletion } from '../domain/deletion.ts'
import type { Invoice } from '../domain/invoice.ts'
import type { Billing } from '../domain/payment-method.ts'
import { later, secondsUntil } from '../domain/time.ts'
import { type Payments, ProviderAway, withDeadline } from '../payments/payments.ts'
import { handOver } from '../table/charging.ts'
import { finishStep, progress } from '../table/deletions.ts'
import { listReaders, oweInvoiceMail, readInvoice } from '../table/invoices.ts'
import type { StepOutcome, Tools } from './step.ts'

/**
 * Charges the final invoice, once. If the provider is unreachable it is asked again with back-off until it is given up. Then the invoice is
 * handed over to those who may pay it, and mailed. Anything else owed to the provider delays nothing: the sweep does it.
 */
export async function chargeFinalInvoice(deletion: Deletion, tools: Tools): Promise<StepOutcome> {
  const { table, clock } = tools
  if (deletion.nextAttemptAt && secondsUntil(deletion.nextAttemptAt, clock()) > 0) return 'later'
  const invoice = await readInvoice(table, deletion.invoiceId)
  if (!invoice) throw new Error('The invoice of this deletion is missing')
  const charged = await charge(deletion, invoice, tools)
  if (charged === 'putOff') return 'later'
  if (charged.status === 'open' && !(await handOver(table, charged, clock()))) return waitForProvider(deletion, tools, handOverRetrySeconds)
  if (tools.payments && charged.status !== 'open') await detachMethod(table, tools.payments, charged).catch(untilTheSweep)
  await mailInvoice(deletion.invoiceId, tools)
  await table.write(finishStep(deletion, 'chargeFinalInvoice', clock()))
  return 'done'
}

/** Charges an open invoice to the stored payment method. Answers the invoice afterwards, or that the provider must be asked again. */
async function charge(deletion: Deletion, invoice: Invoice, tools: Tools): Promise<Invoice | 'putOff'> {
  const { table, clock, metrics } = tools
  if (!tools.payments || invoice.status !== 'open' || invoice.handedOver) return invoice
  const payments = withDeadline(tools.payments, () => tools.remaining() - 15_000)
  try {
    const tooLarge = await noteTooLarge(table, payments, { invoice, now: clock() })
    if (tooLarge) metrics.record('ChargesTooLarge', 1, logContextOf(invoice))
    if (tooLarge || !invoice.billing || isGivenUp(deletion, tools)) return tooLarge ?? invoice
    return await settle(tools, { payments, invoice, billing: invoice.billing })
  } catch (error) {
    if (!(error instanceof ProviderAway)) throw error
    reportAway(metrics, error, invoice)
    if (isGivenUp(deletion, tools)) return invoice
    await waitForProvider(deletion, tools)
    return 'putOff'
  }
}

async function settle(
  { table, clock, metrics }: Tools,
  { payments, invoice, billing }: { payments: Payments; invoice: Invoice; billing: Billing },
): Promise<Invoice> {
  const charged = await chargeInvoice({ table, payments, clock, by: 'worker' }, invoice, billing.paymentMethodId)
  if (charged.refusal?.kind === 'declined') metrics.record('ChargesRefused', 1, logContextOf(invoice))
  if (charged.refusal?.kind === 'tooLarge') metrics.record('ChargesTooLarge', 1, logContextOf(invoice))
  return charged.invoice
}

/** The sweep does what an unreachable provider is owed. */
function untilTheSweep(error: unknown): void {
  if (!(error instanceof ProviderAway)) throw error
}

const logContextOf = ({ id, workspaceId }: Invoice) => ({ invoiceId: id, workspaceId })

/** Seconds until we give up on the provider. */
const secondsUntilGivenUp = ({ chargeSince }: Deletion, { settings, clock }: Tools): number =>
  settings.CHARGE_GIVE_UP_SECONDS + (chargeSince ? secondsUntil(chargeSince, clock()) : 0)

const isGivenUp = (deletion: Deletion, tools: Tools): boolean => secondsUntilGivenUp(deletion, tools) <= 0

/** Schedules the next request to the provider: after 2, 4, 8 … 900 seconds, and a last one when it is given up. */
async function waitForProvider(
  deletion: Deletion,
  tools: Tools,
  longest = Math.min(900, secondsUntilGivenUp(deletion, tools)),
): Promise<'later'> {
  const { table, queue, clock } = tools
  const now = clock()
  const { chargeSince = now.toISOString(), chargeAttempts = 0 } = deletion
  const wait = Math.ceil(Math.min(longest, 2 ** (chargeAttempts + 1)))
  const noted = { chargeSince, chargeAttempts: chargeAttempts + 1, nextAttemptAt: later(now, wait) }
  if (await progress(table, deletion, noted, now, wait)) await queue.enqueue('deletion', [{ deletionId: deletion.id }], wait)
  return 'later'
}

/** How long the hand-over waits, at most, before it looks again whether another worker is still charging, in seconds. */
const handOverRetrySeconds = 15

/** How long the sweep leaves an invoice's e-mail to the queue, in seconds. */
const sweepDelaySeconds = 15

/** The owed e-mail is stored with the invoice, so that the purge does not remove it. */
async function mailInvoice(invoiceId: string, { table, queue, clock }: Tools): Promise<void> {
  const readers = await listReaders(table, invoiceId)
  for (const reader of readers) await oweInvoiceMail(table, reader, clock(), sweepDelaySeconds)
  await queue.enqueue(
    'mail',
    readers.map(({ accountId }) => ({ kind: 'invoice' as const, invoiceId, accountId })),
  )
}
