import Stripe from 'stripe'
import { stripeFetch } from '#infra/local/stripe/fetch.ts'
import type { StripeAnswer, StripeHandle, StripeRequest } from '#infra/local/stripe/http.ts'
import { type LocalStripe, openStripe, type StripeOptions } from '#infra/local/stripe/stripe.ts'
import { stripePayments } from '#shared/payments/stripe.ts'
import type { World } from './world.ts'

type Pass = () => Promise<StripeAnswer | 'drop'>

/** A test's payment provider: the stand-in, a switch that takes it down, and an interceptor between it and Atrium. */
export interface Provider extends LocalStripe {
  /** `down`: no request arrives. */
  readonly faults: { paymentProvider: 'down' | null }
  /** Every request that Atrium has made: `POST /v1/customers`. */
  readonly asked: string[]
  /** Answers in the provider's place, or passes a request on; every request goes through it. */
  around: (request: StripeRequest, pass: Pass) => Promise<StripeAnswer | 'drop'>
  /** The same account as its owner sees and changes it, through Stripe's own API, without the interceptor. */
  readonly dashboard: Stripe
}

const sdkOver = (handle: StripeHandle) =>
  new Stripe('sk_test_world', { httpClient: Stripe.createFetchHttpClient(stripeFetch(handle)), maxNetworkRetries: 0, telemetry: false })

/** Gives a world its own payment provider, on the world's clock. */
export function withProvider(world: World, options: Pick<StripeOptions, 'account' | 'fails'> = {}): Provider {
  const faults: Provider['faults'] = { paymentProvider: null }
  const stripe = openStripe({ faults, clock: () => new Date(world.now), ...options })
  const provider: Provider = { ...stripe, faults, asked: [], around: (_, pass) => pass(), dashboard: sdkOver(stripe.handle) }
  const handle: StripeHandle = (request) => {
    provider.asked.push(`${request.method} ${request.path.replace(/\?.*/, '')}`)
    return provider.around(request, () => stripe.handle(request))
  }
  Object.assign(world.services, { payments: stripePayments(sdkOver(handle)) })
  return provider
}

/** An error in Stripe's format. */
export const stripeError = (status: number, fields: object = {}): StripeAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'request-id': 'req_test' },
  body: JSON.stringify({ error: { type: status < 500 ? 'invalid_request_error' : 'api_error', message: 'cus_1 is not yours', ...fields } }),
})
