import { randomUUID } from 'node:crypto'
import Stripe from 'stripe'
import type { Settings } from '../settings.ts'
import { type Intent, IntentMoved, PaymentRefused, type Payments, ProviderFailed } from './payments.ts'
import { call, declined, translated } from './stripe-errors.ts'

/**
 * Stripe through its own SDK. Its retries are off: what is tried again, and for how long, is decided where the state is kept. The mode is
 * that of the key (`sk_live_…`), which https://docs.stripe.com/keys names.
 */
export function stripePayments(stripe: Stripe, mode: 'test' | 'live' = 'test'): Payments {
  let known: Promise<string> | undefined
  const readIntent = async (id: string) => intentOf(await call(() => stripe.paymentIntents.retrieve(id)))
  return {
    provider: 'stripe',
    account: () => {
      known ??= call(async () => `${(await stripe.accounts.retrieveCurrent()).id} ${mode}`)
      return known.catch((error) => {
        known = undefined
        throw error
      })
    },
    mostAtOnce: async (currency) => (longer.has(currency) ? 999_999_999_999 : 99_999_999),
    createCustomer: (workspaceId, replaces) => {
      const make = (idempotencyKey: string) =>
        call(async () => (await stripe.customers.create({ metadata: { workspaceId } }, { idempotencyKey })).id)
      const key = replaces === undefined ? `customer-${workspaceId}` : `customer-${workspaceId}-after-${replaces}`
      // A failure (5xx) is what Stripe answers to its idempotency key for a day: only another key is another attempt.
      return make(key).catch((error) => {
        if (!(error instanceof ProviderFailed)) throw error
        return make(`${key}-${randomUUID()}`)
      })
    },
    attach: async (customer, paymentMethodId) => {
      const attach = () => stripe.paymentMethods.attach(paymentMethodId, { customer })
      const { id, card } = await call(attach, 'paymentMethod').catch(async (error) => {
        if (!(error instanceof PaymentRefused)) throw error
        // The answer to an earlier attachment may have been lost: a method that is this customer's already is attached.
        const method = await call(() => stripe.paymentMethods.retrieve(paymentMethodId)).catch(() => undefined)
        if (method?.customer === customer) return method
        throw error
      })
      return { paymentMethodId: id, ...(card && { brand: card.brand, last4: card.last4 }) }
    },
    detach: async (paymentMethodId) => {
      await call(() => stripe.paymentMethods.detach(paymentMethodId), 'paymentMethod').catch((error) => {
        if (!(error instanceof PaymentRefused)) throw error
      })
    },
    findIntent: async (customer, invoiceId) => {
      // The newest of each status: that is how Stripe lists them.
      const found = new Map<Intent['status'], Intent>()
      for await (const each of listed(() => stripe.paymentIntents.list({ customer, limit: 100 }))) {
        const intent = intentOf(each)
        if (each.metadata.invoiceId === invoiceId && !found.has(intent.status)) found.set(intent.status, intent)
      }
      return found.get('succeeded') ?? found.get('pending') ?? found.get('open')
    },
    createIntent: async ({ customerId, invoiceId, workspaceId, amount, currency, round }) => {
      const parameters = { customer: customerId, amount, currency, metadata: { invoiceId, workspaceId }, payment_method_types: ['card'] }
      const idempotencyKey = round > 0 ? `invoice-${invoiceId}-${round}` : `invoice-${invoiceId}`
      return intentOf(await call(() => stripe.paymentIntents.create(parameters, { idempotencyKey })))
    },
    readIntent,
    cancelIntent: async (id) => {
      const cancel = () => stripe.paymentIntents.cancel(id)
      return call(cancel).then(intentOf, (error) => {
        if (error instanceof IntentMoved) return readIntent(id)
        throw error
      })
    },
    confirm: async (id, payment_method) => {
      const confirm = () => stripe.paymentIntents.confirm(id, { payment_method, off_session: true })
      const confirmed = await call(confirm, 'paymentMethod').then(intentOf, async (error) => {
        if (!(error instanceof PaymentRefused || error instanceof IntentMoved)) throw error
        // The answer to an earlier confirmation may have been lost: what the intent says counts, not this refusal.
        const intent = await readIntent(id)
        const isDeclined = error instanceof PaymentRefused && error.reason.kind === 'declined'
        if (intent.status === 'open' || (intent.status === 'canceled' && isDeclined)) throw error
        return intent
      })
      if (confirmed.status === 'open') throw new PaymentRefused(declined('authentication_required'))
      return confirmed
    },
  }
}

/** Currencies of which Stripe may take more than eight digits, and twelve at most: what is too much of these it says when it is asked. */
const longer: ReadonlySet<string> = new Set(['clp', 'cop', 'huf', 'idr', 'inr', 'irr', 'jpy', 'krw', 'lbp', 'ngn', 'pyg', 'twd', 'vnd'])

const statuses: ReadonlyMap<string, Intent['status']> = new Map([
  ['succeeded', 'succeeded'],
  ['processing', 'pending'],
  ['canceled', 'canceled'],
])

function intentOf({ id, status, last_payment_error }: Stripe.PaymentIntent): Intent {
  const isRefused = status === 'requires_payment_method' && last_payment_error
  const refusal = isRefused && declined(last_payment_error.decline_code ?? last_payment_error.code)
  return { id, status: statuses.get(status) ?? 'open', ...(refusal && { refusal }) }
}

async function* listed(request: () => AsyncIterable<Stripe.PaymentIntent>): AsyncGenerator<Stripe.PaymentIntent> {
  try {
    yield* request()
  } catch (error) {
    throw translated(error)
  }
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
  const stripe = new Stripe(STRIPE_API_KEY, { ...place, maxNetworkRetries: 0, timeout: 8_000, telemetry: false })
  return stripePayments(stripe, STRIPE_API_KEY.includes('_live_') ? 'live' : 'test')
}
