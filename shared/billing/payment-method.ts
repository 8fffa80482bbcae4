import type { Billing } from '../domain/model.ts'
import { Refusal } from '../domain/refusals.ts'
import { putBilling, readBilling } from '../table/invoices.ts'
import { untilUnchanged } from '../table/races.ts'
import type { Table, Write } from '../table/table.ts'
import { stillActive } from '../table/workspaces.ts'
import { PaymentRefused, type Payments, ProviderAway } from './payments.ts'

/** Refuses (503) where there is no provider to ask, or it does not answer. */
export const providerAway = (cause?: unknown): Refusal =>
  new Refusal('unavailable', 'The payment provider does not answer: try again.', { retryAfter: 30, cause })

export function requirePayments(payments: Payments | undefined): Payments {
  if (!payments)
    throw new Refusal('unavailable', 'No payment provider is configured: ask the operator of this service.', { retryAfter: 3_600 })
  return payments
}

interface Place {
  readonly table: Table
  readonly payments: Payments | undefined
  readonly workspaceId: string
  readonly permit: Write
}

/** Attaches a payment method at the provider and keeps it in place of the one before, which is detached. Can be repeated. */
export async function replacePaymentMethod({ table, payments, workspaceId, permit }: Place, paymentMethodId: string): Promise<Billing> {
  const provider = requirePayments(payments)
  const seen = await readBilling(table, workspaceId)
  if (seen?.paymentMethodId === paymentMethodId) return seen
  const attached = await provider.attach({ workspaceId, customerId: seen?.customerId, paymentMethodId }).catch((error) => {
    throw refusalOf(error)
  })
  const billing: Billing = { provider: provider.provider, ...attached }
  try {
    const before = await untilUnchanged(
      seen,
      () => readBilling(table, workspaceId),
      async (current) => {
        await table.write(stillActive(workspaceId), permit, putBilling(workspaceId, billing, current))
        return current
      },
    )
    if (before?.paymentMethodId !== billing.paymentMethodId) await detachQuietly(provider, before?.paymentMethodId)
  } catch (error) {
    // Where the outcome is unknown, it may be the one that is kept.
    const isUnused = error instanceof Refusal && error.code !== 'unavailable' && seen?.paymentMethodId !== billing.paymentMethodId
    if (isUnused) await detachQuietly(provider, billing.paymentMethodId)
    throw error
  }
  return billing
}

/** What is left attached serves nobody; the provider may be away all the same. */
async function detachQuietly(payments: Payments, paymentMethodId: string | undefined): Promise<void> {
  if (paymentMethodId) await payments.detach(paymentMethodId).catch(() => {})
}

function refusalOf(error: unknown): unknown {
  if (error instanceof ProviderAway) return providerAway(error)
  if (!(error instanceof PaymentRefused)) return error
  const detail = `The payment provider refused it: ${error.message}`
  return new Refusal('payment_method_refused', detail, { errors: [{ pointer: '/paymentMethodId', detail: error.message }] })
}
