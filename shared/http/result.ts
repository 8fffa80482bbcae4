import { Refusal, refusals } from '../domain/refusals.ts'
import { type HttpEvent, type HttpResult, header } from './event.ts'
import { toJson } from './json.ts'
import { type Operation, Reply } from './operation.ts'
import { statuses } from './statuses.ts'

/** The answer of an operation as API Gateway takes it: cut to the declared shape, so that nothing else can leave. */
export function toResult(operation: Operation, answer: unknown, headers: Record<string, string> = {}): HttpResult {
  const reply = answer instanceof Reply ? answer : new Reply(answer, {})
  if (!operation.output) return { statusCode: reply.status ?? 204, headers: { ...reply.headers, ...headers } }
  const body = operation.output.parse(reply.body)
  const type = operation.produces ? `${operation.produces}; charset=utf-8` : 'application/json'
  return {
    statusCode: reply.status ?? operation.status ?? 200,
    headers: { 'content-type': type, ...reply.headers, ...headers },
    body: operation.produces ? String(body) : toJson(body),
  }
}

/** A refusal as problem+json (RFC 9457). */
export function problemResult(refusal: Refusal, requestId: string): HttpResult {
  const { code, message: detail, errors, retryAfter } = refusal
  const status = statuses[code]
  const problem = { type: `urn:atrium:problem:${code}`, title: refusals[code], status, detail, code, requestId, ...(errors && { errors }) }
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify(problem),
  }
}

/** Any other error: a 500 that says only where to look. */
export const internalError = (): Refusal =>
  new Refusal('internal_error', 'Something went wrong on our side. Try again; if it persists, give the request id to support.')

/**
 * The headers of every answer. Nobody may cache an answer unless its operation says otherwise, and whoever came over https must keep using
 * it (an HTTP API takes nothing else, and says so; the local service says http).
 */
export const alwaysSent = (event: HttpEvent): Record<string, string> => ({
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  ...(header(event, 'x-forwarded-proto') !== 'http' && { 'strict-transport-security': 'max-age=31536000' }),
})
