import type { Invoice } from '../domain/model.ts'
import type { Table } from '../table/table.ts'
import { type Charged, chargeInvoice } from './charge.ts'
import { detachMethod, noteTooLarge } from './owed.ts'
import { providerAway, requirePayments } from './payment-method.ts'
import { type Payments, ProviderAway, withDeadline } from './payments.ts'

/** How long a payment may take before no further request to the provider begins, in milliseconds: an answer takes 29 seconds at most. */
const patience = 16_000

interface Place {
  readonly table: Table
  readonly payments: Payments | undefined
  readonly clock: () => Date
}

/**
 * Charges an invoice to a payment method that is named with the request; it is not kept. One that nobody can pay at once, or that is
 * settled already, is answered as it is. Refuses `unavailable` where the provider is away; what is unclear then the sweep finds.
 */
export async function payWith({ table, payments, clock }: Place, invoice: Invoice, paymentMethodId: string, now: Date): Promise<Charged> {
  if (invoice.status === 'paid' || invoice.status === 'waived') return { invoice }
  const provider = withDeadline(requirePayments(payments), () => now.getTime() + patience - clock().getTime())
  try {
    const tooLarge = await noteTooLarge(table, provider, invoice, now)
    if (tooLarge) return { invoice: tooLarge }
    const charged = await chargeInvoice({ table, payments: provider, clock, by: 'payer' }, invoice, paymentMethodId)
    // The method that was kept has served now. Where the provider is away, the sweep detaches it; the answer is that of the charge.
    if (charged.invoice.status === 'paid') await detachMethod(table, provider, charged.invoice).catch(() => {})
    return charged.refusal?.kind === 'tooLarge' ? { invoice: charged.invoice } : charged
  } catch (error) {
    throw error instanceof ProviderAway ? providerAway(error) : error
  }
}
