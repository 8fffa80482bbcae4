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
 * Charges an invoice to the payment method in the request, which is not kept. An invoice that is too large to charge at once, or already
 * settled, is answered as it is. Refuses `unavailable` if the provider cannot be reached; the sweep then finds out what happened.
 */
export async function payWith(place: Place, invoice: Invoice, paymentMethodId: string): Promise<Charged> {
  const { table, clock, now } = place
  if (invoice.status === 'paid' || invoice.status === 'waived') return { invoice }
  const provider = inTime(place)
  try {
    const tooLarge = await noteTooLarge(table, provider, { invoice, now })
    if (tooLarge) return { invoice: tooLarge }
    const charged = await chargeInvoice({ table, payments: provider, clock, by: 'payer' }, invoice, paymentMethodId)
    // The kept payment method is no longer needed. If the provider cannot be reached, the sweep detaches it; the answer is that of the
    // charge.
    if (charged.invoice.status === 'paid') await detachMethod(table, provider, charged.invoice).catch(() => {})
    return charged.refusal?.kind === 'tooLarge' ? { invoice: charged.invoice } : charged
  } catch (error) {
    throw error instanceof ProviderAway ? providerAway(error) : error
  }
}
