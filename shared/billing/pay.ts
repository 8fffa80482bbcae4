import type { Invoice } from '../domain/model.ts'
import { notePayment } from '../table/invoices.ts'
import type { Table } from '../table/table.ts'
import { chargeInvoice } from './charge.ts'
import { providerAway, requirePayments } from './payment-method.ts'
import { PaymentRefused, type Payments, ProviderAway } from './payments.ts'

/** Charges an invoice to a payment method that is named with the request; it is not kept. Refuses `unavailable` where the provider is away. */
export async function payWith(table: Table, payments: Payments | undefined, invoice: Invoice, paymentMethodId: string, now: Date) {
  const provider = requirePayments(payments)
  try {
    const customerId = invoice.billing?.customerId ?? invoice.customerId ?? (await provider.createCustomer(invoice.workspaceId))
    if (!invoice.billing && !invoice.customerId) await notePayment(table, invoice, { customerId })
    const charged = await chargeInvoice(table, provider, invoice, { customerId, paymentMethodId }, now)
    // A card that was left attached while the provider was away has served now; the answer is that of the charge all the same.
    if (charged.status === 'paid' && invoice.billing) await provider.detach(invoice.billing.paymentMethodId).catch(() => {})
    return charged
  } catch (error) {
    // Refused here is the customer, which says nothing of the payer: it is for the operator to mend.
    throw error instanceof ProviderAway || error instanceof PaymentRefused ? providerAway(error) : error
  }
}
