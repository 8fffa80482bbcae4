import type { Invoice } from '../domain/invoice.ts'
import { ProviderAway } from '../payments/payments.ts'
import type { Table } from '../table/engine.ts'
import { type Charged, chargeInvoice } from './charge.ts'
import { detachMethod, noteTooLarge } from './owed.ts'
import { type Asking, inTime, providerAway } from './payment-method.ts'

interface Place extends Asking {
  readonly table: Table
}

/**
 * Charges an invoice to a payment method that is named with the request; it is not kept. One that nobody can pay at once, or that is
 * settled already, is answered as it is. Refuses `unavailable` where the provider is away; what is unclear then the sweep finds.
 */
export async function payWith(place: Place, invoice: Invoice, paymentMethodId: string): Promise<Charged> {
  const { table, clock, now } = place
  if (invoice.status === 'paid' || invoice.status === 'waived') return { invoice }
  const provider = inTime(place)
  try {
    const tooLarge = await noteTooLarge(table, provider, { invoice, now })
    if (tooLarge) return { invoice: tooLarge }
    const charged = await chargeInvoice({ table, payments: provider, clock, by: 'payer' }, invoice, paymentMethodId)
    // The method that was kept has served now. Where the provider is away, the sweep detaches it; the answer is that of the charge.
    if (charged.invoice.status === 'paid') await detachMethod(table, provider, charged.invoice).catch(() => {})
    return charged.refusal?.kind === 'tooLarge' ? { invoice: charged.invoice } : charged
  } catch (error) {
    throw error instanceof ProviderAway ? providerAway(error) : error
  }
}
