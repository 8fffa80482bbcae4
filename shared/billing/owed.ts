import type { Invoice } from '../domain/invoice.ts'
import { detachAt, owesDetach } from '../domain/owing.ts'
import { failureOf } from '../domain/payment-failure.ts'
import { later } from '../domain/time.ts'
import { type Payments, ProviderAway, ProviderRejectsUs, withDeadline } from '../payments/payments.ts'
import type { Services } from '../services.ts'
import { isOver, lookAgain, noteDetached, noteUnpaid } from '../table/charging.ts'
import type { Table } from '../table/engine.ts'
import { readInvoice } from '../table/invoices.ts'
import { notePaid, ownAccount, refusedAs } from './charge.ts'

type Tools = Pick<Services, 'table' | 'payments' | 'clock' | 'metrics'> & { readonly remaining: () => number }

/** How long to wait before asking again a provider that is unreachable or undecided, in seconds. */
const pauseSeconds = 900

/**
 * What an invoice owes to the provider, whatever has become of its workspace: to look what came of an attempt whose outcome nobody knows
 * (this never charges), and to detach a payment method that has served. What cannot be done now is done by a later sweep.
 */
export async function settleWithProvider(invoiceId: string, { table, payments, clock, metrics, remaining }: Tools): Promise<void> {
  const invoice = await readInvoice(table, invoiceId)
  if (!invoice) return
  try {
    if (!payments) throw new ProviderAway('No payment provider is configured')
    const provider = withDeadline(payments, () => remaining() - 15_000)
    const clear = await clarify(table, provider, { invoice, now: clock() })
    const dueAt = owesDetach(clear) ? detachAt(clear, clock().toISOString()) : undefined
    if (dueAt !== undefined && dueAt <= clock().toISOString()) return await detachMethod(table, provider, clear)
    await lookAgain(table, clear, clear.attempt ? later(clock(), pauseSeconds) : dueAt)
  } catch (error) {
    if (!(error instanceof ProviderAway)) throw error
    reportAway(metrics, error, invoice)
    await lookAgain(table, invoice, later(clock(), pauseSeconds))
  }
}

/** Notes what came of an attempt of which nobody has heard, once whoever made it cannot be at it any more. */
async function clarify(table: Table, payments: Payments, { invoice, now }: { invoice: Invoice; now: Date }): Promise<Invoice> {
  const { attempt, intentId } = invoice
  if (!attempt || !intentId || !isOver(attempt, now)) return invoice
  await ownAccount(payments, invoice.account ?? invoice.billing?.account)
  const { status, refusal } = await payments.readIntent(intentId)
  if (status === 'succeeded') return notePaid(table, payments, { invoice, now })
  if (status === 'pending') return invoice
  return (await noteUnpaid(table, invoice, refusal ? refusedAs(refusal) : {}, now)) ?? invoice
}

/** Detaches the payment method that was kept with an invoice, and those before it, if that is not done yet. */
export async function detachMethod(table: Table, payments: Payments, invoice: Invoice): Promise<void> {
  if (!invoice.billing || invoice.detached) return
  await ownAccount(payments, invoice.billing.account)
  const { paymentMethodId, former = [] } = invoice.billing
  for (const id of [paymentMethodId, ...former]) await payments.detach(id)
  await noteDetached(table, invoice)
}

/** Notes on an invoice that is too large to charge at once that it must be paid another way; undefined if it is not too large. */
export async function noteTooLarge(
  table: Table,
  payments: Payments,
  { invoice, now }: { invoice: Invoice; now: Date },
): Promise<Invoice | undefined> {
  if (invoice.total <= (await payments.mostAtOnce(invoice.currency))) return undefined
  if (invoice.failure !== null) return invoice
  return (await noteUnpaid(table, invoice, { failure: failureOf({ kind: 'tooLarge' }) }, now)) ?? readInvoice(table, invoice.id)
}

/** Counts that the provider is unreachable, or, in another metric whose alarm rings at once, that it rejects us. */
export function reportAway(metrics: Services['metrics'], error: ProviderAway, { id, workspaceId }: Invoice): void {
  const logContext = { invoiceId: id, workspaceId }
  metrics.record('ChargesPutOff', 1, logContext)
  if (error instanceof ProviderRejectsUs) metrics.record('ProviderRejections', 1, logContext)
}
