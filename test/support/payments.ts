import Stripe from 'stripe'
import { type LocalStripe, openStripe } from '#infra/local/stripe.ts'
import { stripeFetch } from '#infra/local/stripe-fetch.ts'
import type { StripeHandle } from '#infra/local/stripe-http.ts'
import type { Payments } from '#shared/billing/payments.ts'
import { stripePayments } from '#shared/billing/stripe.ts'
import type { World } from './world.ts'

/** The payment provider of a test: the stand-in, and a switch that takes it away. */
export interface Provider extends LocalStripe {
  /** `down`: no request arrives. */
  readonly faults: { paymentProvider: 'down' | null }
}

/** Stripe's own SDK over the stand-in in this process, every request through `around`. */
const paymentsThrough = (handle: StripeHandle): Payments =>
  stripePayments(
    new Stripe('sk_test_world', { httpClient: Stripe.createFetchHttpClient(stripeFetch(handle)), maxNetworkRetries: 0, telemetry: false }),
  )

/** Gives a world a payment provider of its own, on the world's clock. */
export function withProvider(world: World): Provider {
  const faults: Provider['faults'] = { paymentProvider: null }
  const stripe = openStripe({ faults, clock: () => new Date(world.now) })
  Object.assign(world.services, { payments: paymentsThrough(stripe.handle) })
  return { ...stripe, faults }
}
