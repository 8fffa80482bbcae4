import { noApiKey, type StripeRefusal } from './errors.ts'

/** A request to Stripe's API; `path` includes the query string, header names may have any case. */
export interface StripeRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly body: string
}

/** An answer of Stripe's API; `body` is JSON. */
export interface StripeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers a request, or drops the connection without an answer. */
export type StripeHandle = (request: StripeRequest) => Promise<StripeAnswer | 'drop'>

function header({ headers }: StripeRequest, name: string): string {
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? []
  return value === undefined ? '' : String(value)
}

/** The idempotency key of a request; empty if it has none. */
export const idempotencyKeyOf = (request: StripeRequest): string => header(request, 'idempotency-key')

/** Refuses a request without an API key; any key is accepted. */
export function checkApiKey(request: StripeRequest): void {
  if (!/^(Bearer|Basic) \S/i.test(header(request, 'authorization'))) throw noApiKey()
}

/** An answer with Stripe's headers. `first`: the id of the original request whose answer is replayed here. */
export function answerTo(
  request: StripeRequest,
  { requestId, status, body, first }: { requestId: string; status: number; body: string; first?: string },
): StripeAnswer {
  const [key, version] = [idempotencyKeyOf(request), header(request, 'stripe-version')]
  const headers = {
    'content-type': 'application/json',
    'request-id': requestId,
    ...(version !== '' && { 'stripe-version': version }),
    ...(key !== '' && { 'idempotency-key': key, 'original-request': first ?? requestId }),
    ...(first !== undefined && { 'idempotent-replayed': 'true' }),
  }
  return { status, headers, body }
}

/** The body of a refusal. */
export const refusalBody = ({ fields }: StripeRefusal): { error: StripeRefusal['fields'] } => ({ error: fields })
