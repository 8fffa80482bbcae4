import type { Billing } from '../domain/model.ts'
import { failureOf } from '../domain/payment-failure.ts'
import { Refusal } from '../domain/refusals.ts'
import { putBilling, readBilling } from '../table/invoices.ts'
import { untilUnchanged } from '../table/races.ts'
import type { Table, Write } from '../table/table.ts'
import { stillActive } from '../table/workspaces.ts'
import { ownAccount } from './charge.ts'
import { PaymentRefused, type Payments, ProviderAway, withDeadline } from './payments.ts'

/** Refuses (503) where there is no provider to ask, or it does not answer. */
export const providerAway = (cause?: unknown): Refusal =>
  new Refusal('unavailable', 'The payment provider does not answer: try again.', { retryAfter: 30, cause })

function requirePayments(payments: Payments | undefined): Payments {
  if (!payments)
    throw new Refusal('unavailable', 'No payment provider is configured: ask the operator of this service.', { retryAfter: 3_600 })
  return payments
}

/** How long a request may take before no further one to the provider begins, in milliseconds: it is answered within 29 seconds. */
const patience = 16_000

/** What a request that asks the provider works with; `now` is when it came. */
export interface Asking {
  readonly payments: Payments | undefined
  readonly clock: () => Date
  readonly now: Date
}

/** The provider, for as long as whoever asks waits for an answer. Refuses where there is none. */
export const inTime = ({ payments, clock, now }: Asking): Payments =>
  withDeadline(requirePayments(payments), () => now.getTime() + patience - clock().getTime())

interface Place extends Asking {
  readonly table: Table
  readonly workspaceId: string
  readonly permit: Write
}

/** Attaches a payment method at the provider and keeps it in place of the one before, which is detached. Can be repeated. */
export async function replacePaymentMethod(place: Place, paymentMethodId: string): Promise<Billing> {
  const { table, workspaceId, permit } = place
  const provider = inTime(place)
  const seen = await readBilling(table, workspaceId)
  if (seen?.paymentMethodId === paymentMethodId) return seen
  const billing = await attach(provider, workspaceId, seen, paymentMethodId).catch((error) => {
    throw refusalOf(error)
  })
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

/** Attaches a payment method to the customer that is kept, or to a new one where there is none, or the provider no longer has it. */
async function attach(provider: Payments, workspaceId: string, seen: Billing | undefined, paymentMethodId: string): Promise<Billing> {
  const account = await ownAccount(provider, seen?.account)
  const attachTo = async (customerId: string): Promise<Billing> => {
    const attached = await provider.attach(customerId, paymentMethodId)
    return { provider: provider.provider, account, customerId, ...attached }
  }
  if (!seen) return attachTo(await provider.createCustomer(workspaceId))
  return attachTo(seen.customerId).catch(async (error) => {
    const isGone = error instanceof PaymentRefused && error.reason.kind === 'customerMissing'
    if (!isGone) throw error
    return attachTo(await provider.createCustomer(workspaceId, seen.customerId))
  })
}

/** What is left attached serves nobody; the provider may be away all the same. */
async function detachQuietly(payments: Payments, paymentMethodId: string | undefined): Promise<void> {
  if (paymentMethodId) await payments.detach(paymentMethodId).catch(() => {})
}

function refusalOf(error: unknown): unknown {
  if (error instanceof ProviderAway) return providerAway(error)
  if (!(error instanceof PaymentRefused)) return error
  const detail = failureOf(error.reason)
  return new Refusal('payment_method_refused', detail, { errors: [{ pointer: '/paymentMethodId', detail }] })
}
