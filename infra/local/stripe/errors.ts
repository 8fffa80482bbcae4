/** What Stripe's error objects say; `code` and `decline_code` are what a program goes by. */
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

/** A request that is refused; nothing that it asked for was done. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly fields: StripeErrorFields

  constructor(status: number, fields: StripeErrorFields) {
    super(fields.message)
    this.status = status
    this.fields = fields
  }
}

/** The payment method is one with which the provider cannot be reached: nothing was done, and there is no answer. */
export class Unreachable extends Error {}

/** A 400 `invalid_request_error`. */
export const invalid = (message: string, more: { code?: string; param?: string; payment_intent?: unknown } = {}): StripeRefusal =>
  new StripeRefusal(400, { type: 'invalid_request_error', message, ...more })

/** An object that is not there: 404 where the path names it, 400 where a parameter does. */
export const missing = (
  kind: 'customer' | 'PaymentMethod' | 'payment_intent',
  id: string,
  { param, status = 400 }: { param: string; status?: number },
): StripeRefusal =>
  new StripeRefusal(status, { type: 'invalid_request_error', code: 'resource_missing', message: `No such ${kind}: '${id}'`, param })

/** A request for which there is no endpoint, as Stripe says it. */
export const unknownUrl = (method: string, path: string): StripeRefusal =>
  new StripeRefusal(404, { type: 'invalid_request_error', message: `Unrecognized request URL (${method}: ${path}).` })

/** A request without an API key. Any key will do here. */
export const noApiKey = (): StripeRefusal =>
  new StripeRefusal(401, {
    type: 'invalid_request_error',
    message: 'You did not provide an API key (Authorization: Bearer YOUR_SECRET_KEY).',
  })

/** A provider that answers, but cannot work. */
export const unavailable = (): StripeRefusal =>
  new StripeRefusal(503, { type: 'api_error', message: 'The payment provider is unavailable: try again later.' })

/** Stripe itself has failed: what the request asked for was done or not. */
export const broken = (): StripeRefusal => new StripeRefusal(500, { type: 'api_error', message: 'An unknown error occurred.' })
