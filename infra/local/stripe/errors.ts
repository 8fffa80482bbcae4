/** Stripe's error object; programs rely on `code` and `decline_code`. */
export interface StripeErrorFields {
  readonly type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error'
  readonly message: string
  readonly code?: string | undefined
  readonly decline_code?: string
  readonly param?: string
  readonly charge?: string
  readonly payment_intent?: unknown
  readonly payment_method?: unknown
}

/** A refused request; nothing that it asked for was done. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly fields: StripeErrorFields

  constructor(status: number, fields: StripeErrorFields) {
    super(fields.message)
    this.status = status
    this.fields = fields
  }
}

/** The payment method is the one that simulates an outage: nothing was done, and there is no answer. */
export class Unreachable extends Error {}

/** A 400 `invalid_request_error`. */
export const invalid = (message: string, more: { code?: string; param?: string; payment_intent?: unknown } = {}): StripeRefusal =>
  new StripeRefusal(400, { type: 'invalid_request_error', message, ...more })

/** An object that does not exist: 404 if the path names it, 400 if a parameter does. */
export const missing = (
  kind: 'customer' | 'PaymentMethod' | 'payment_intent',
  id: string,
  { param, status = 400 }: { param: string; status?: number },
): StripeRefusal =>
  new StripeRefusal(status, { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${kind}: '${id}'`, param })

/** A request that matches no endpoint, in Stripe's words. */
export const unknownUrl = (method: string, path: string): StripeRefusal =>
  new StripeRefusal(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${method}: ${path}).` })

/** A request without an API key. Any key is accepted here. */
export const noApiKey = (): StripeRefusal =>
  new StripeRefusal(401, {
    type: 'invalid_request_error',
    message: 'You did not provide an API key (Authorization: Bearer YOUR_SECRET_KEY).',
  })

/** The provider answers, but is temporarily unable to work. */
export const unavailable = (): StripeRefusal =>
  new StripeRefusal(503, { type: 'api_error', message: 'The payment provider is unavailable: try again later.' })

/** Stripe itself failed: the request may or may not have taken effect. */
export const broken = (): StripeRefusal => new StripeRefusal(500, { type: 'api_error', message: 'An unknown error occurred.' })
