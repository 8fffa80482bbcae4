import type { IncomingMessage } from 'node:http'

/** What a browser page of another origin may request from the API and read of its answers; `origins` match exactly. */
export interface Cors {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
  readonly headers: readonly string[]
  readonly exposed: readonly string[]
  readonly maxAgeSeconds: number
}

/**
 * The API's CORS rules for the product's front ends, each origin once. A URL without an origin, such as an app's custom scheme, is left
 * out.
 */
export const corsFor = (...urls: readonly string[]): Cors => ({
  origins: [...new Set(urls.map((url) => new URL(url).origin))].filter((origin) => origin !== 'null'),
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  headers: ['authorization', 'content-type', 'idempotency-key'],
  exposed: ['x-request-id', 'location', 'retry-after', 'idempotent-replayed'],
  maxAgeSeconds: 3_600,
})

/** Whether a request is a CORS preflight, which an HTTP API answers itself, without a route. */
export const isPreflight = (request: IncomingMessage): boolean =>
  request.method === 'OPTIONS' && request.headers.origin !== undefined && request.headers['access-control-request-method'] !== undefined

/** The headers that an HTTP API adds itself: to every answer, and more to a preflight. None if the origin is not allowed. */
export function corsHeaders(cors: Cors, request: IncomingMessage): Record<string, string> {
  const { origin } = request.headers
  if (origin === undefined || !cors.origins.includes(origin)) return {}
  const always = { 'access-control-allow-origin': origin, vary: 'origin' }
  if (!isPreflight(request)) return { ...always, 'access-control-expose-headers': cors.exposed.join(',') }
  return {
    ...always,
    'access-control-allow-methods': cors.methods.join(','),
    'access-control-allow-headers': cors.headers.join(','),
    'access-control-max-age': String(cors.maxAgeSeconds),
  }
}
