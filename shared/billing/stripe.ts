import { randomUUID } from 'node:crypto'
import Stripe from 'stripe'
import type { Settings } from '../settings.ts'
import { type AttachRequest, type Intent, PaymentRefused, type Payments, ProviderAway, ProviderFailed } from './payments.ts'

/** Stripe through its own SDK. Its retries are off: what is tried again, and for how long, is decided where the state is kept. */
export function stripePayments(stripe: Stripe): Payments {
  const customerWith = (workspaceId: string, idempotencyKey: string) =>
    call(async () => (await stripe.customers.create({ metadata: { workspaceId } }, { idempotencyKey })).id)
  // A failure (5xx) is what Stripe answers to its idempotency key for a day: only another key is another attempt.
  const customers = (workspaceId: string) =>
    customerWith(workspaceId, `customer-${workspaceId}`).catch((error) => {
      if (!(error instanceof ProviderFailed)) throw error
      return customerWith(workspaceId, `customer-${workspaceId}-${randomUUID()}`)
    })
  return {
    provider: 'stripe',
    createCustomer: customers,
    attach: async ({ workspaceId, customerId, paymentMethodId }: AttachRequest) => {
      const customer = customerId ?? (await customers(workspaceId))
      const { id, card } = await call(() => stripe.paymentMethods.attach(paymentMethodId, { customer })).catch(async (error) => {
        // The answer to an earlier attachment may have been lost: a method that is this customer's already is attached.
        const method = error instanceof PaymentRefused && (await call(() => stripe.paymentMethods.retrieve(paymentMethodId)))
        if (method && method.customer === customer) return method
        throw error
      })
      return { customerId: customer, paymentMethodId: id, ...(card && { brand: card.brand, last4: card.last4 }) }
    },
    detach: async (paymentMethodId) => {
      await call(() => stripe.paymentMethods.detach(paymentMethodId)).catch((error) => {
        if (!(error instanceof PaymentRefused)) throw error
      })
    },
    findIntent: async (customer, invoiceId) => {
      for await (const intent of listed(() => stripe.paymentIntents.list({ customer, limit: 100 })))
        if (intent.metadata.invoiceId === invoiceId && intent.status !== 'canceled') return intentOf(intent)
      return undefined
    },
    createIntent: async ({ customerId, invoiceId, workspaceId, amount, currency, failures }) => {
      const parameters = { customer: customerId, amount, currency, metadata: { invoiceId, workspaceId }, payment_method_types: ['card'] }
      const idempotencyKey = failures > 0 ? `invoice-${invoiceId}-${failures}` : `invoice-${invoiceId}`
      return intentOf(await call(() => stripe.paymentIntents.create(parameters, { idempotencyKey })))
    },
    confirm: async (intentId, payment_method) => {
      const confirmed = await call(() => stripe.paymentIntents.confirm(intentId, { payment_method, off_session: true })).catch(
        async (error) => {
          // The answer to an earlier confirmation may have been lost: what the intent says counts, not this refusal.
          const intent = error instanceof PaymentRefused ? await call(() => stripe.paymentIntents.retrieve(intentId)) : undefined
          if (intent?.status === 'succeeded' || intent?.status === 'processing') return intent
          throw error
        },
      )
      if (confirmed.status === 'requires_action') throw new PaymentRefused('The card holder has to confirm this payment.')
      return intentOf(confirmed)
    },
  }
}

const statuses: Readonly<Record<string, Intent['status']>> = { succeeded: 'succeeded', processing: 'pending' }

const intentOf = ({ id, status }: Stripe.PaymentIntent): Intent => ({ id, status: statuses[status] ?? 'open' })

/** Only 429, 5xx and network faults are worth another try; every other 4xx is a refusal for good. */
async function call<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw translated(error)
  }
}

async function* listed(request: () => AsyncIterable<Stripe.PaymentIntent>): AsyncGenerator<Stripe.PaymentIntent> {
  try {
    yield* request()
  } catch (error) {
    throw translated(error)
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error
  const { statusCode = 0, message, code, decline_code } = error
  // 409: another request with the same Idempotency-Key is under way, which says nothing of its outcome.
  const isRefusal = statusCode >= 400 && statusCode < 500 && statusCode !== 429 && statusCode !== 409
  if (statusCode >= 500) return new ProviderFailed('The payment provider has failed', { cause: error })
  if (!isRefusal) return new ProviderAway('The payment provider does not answer', { cause: error })
  // What is wrong with the key of this service (its text names it) is nothing for the payer.
  const isOurs = statusCode === 401 || statusCode === 403
  const reason = isOurs ? '' : [message, decline_code ?? code].filter(Boolean).join(' ')
  return new PaymentRefused(reason || 'The payment provider refuses this service.', { cause: error })
}

/** Opens Stripe, or nothing where no key is configured: invoices then stay open. */
export function openPayments({ settings }: { readonly settings: Settings }): Payments | undefined {
  const { STRIPE_API_KEY, STRIPE_API_BASE } = settings
  if (!STRIPE_API_KEY) return undefined
  const base = STRIPE_API_BASE === undefined ? undefined : new URL(STRIPE_API_BASE)
  const place = base && {
    host: base.hostname,
    port: base.port,
    protocol: base.protocol === 'http:' ? ('http' as const) : ('https' as const),
  }
  return stripePayments(new Stripe(STRIPE_API_KEY, { ...place, maxNetworkRetries: 0, timeout: 8_000, telemetry: false }))
}
