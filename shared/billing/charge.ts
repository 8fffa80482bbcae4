import type { Billing, Invoice } from '../domain/model.ts'
import { notePayment, storeIntent } from '../table/invoices.ts'
import type { Table } from '../table/table.ts'
import { PaymentRefused, type Payments, ProviderAway, ProviderFailed } from './payments.ts'

/** What an invoice is charged to. */
export type Payer = Pick<Billing, 'customerId' | 'paymentMethodId'>

/**
 * Charges an invoice that is open or uncollectible, at most once whatever fails: it has one intent at the provider, whose id is stored
 * before it is confirmed, and an intent succeeds once. Refused for good: `uncollectible`, with the reason. Throws `ProviderAway` where
 * nobody knows yet; then call it again.
 */
export async function chargeInvoice(table: Table, payments: Payments, invoice: Invoice, payer: Payer, now: Date): Promise<Invoice> {
  try {
    const reference = await intentOf(table, payments, invoice, payer)
    const intent = await payments.confirm(reference, payer.paymentMethodId)
    if (intent.status !== 'succeeded') throw new ProviderAway('The payment provider has not decided yet')
    const payment = { provider: payments.provider, reference }
    return await notePayment(table, invoice, { status: 'paid', paidAt: now.toISOString(), payment, failure: null })
  } catch (error) {
    if (!(error instanceof PaymentRefused)) throw error
    return notePayment(table, invoice, { status: 'uncollectible', failure: error.message })
  }
}

/** The invoice's one intent: the stored one, else one that an earlier attempt may have left at the provider, else a new one. */
async function intentOf(table: Table, payments: Payments, invoice: Invoice, { customerId }: Payer): Promise<string> {
  if (invoice.intentId) return invoice.intentId
  const { id: invoiceId, workspaceId, total: amount, currency, intentFailures: failures = 0 } = invoice
  const left = invoice.intentSought ? await payments.findIntent(customerId, invoiceId) : undefined
  if (!invoice.intentSought) await notePayment(table, invoice, { intentSought: true })
  const create = () => payments.createIntent({ customerId, invoiceId, workspaceId, amount: Number(amount), currency, failures })
  const intent =
    left ??
    (await create().catch(async (error) => {
      if (error instanceof ProviderFailed) await notePayment(table, invoice, { intentFailures: failures + 1 })
      throw error
    }))
  return storeIntent(table, invoice, intent.id)
}
