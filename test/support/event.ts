import { randomUUID } from 'node:crypto'
import type { HttpEvent } from '#shared/http/event.ts'
import type { Operation } from '#shared/http/operation.ts'

/** A test's request; `as` is a person (see `tokenOf`), an API key's secret, or nobody. */
export interface Ask {
  readonly as?: string | undefined
  readonly path?: Record<string, string>
  readonly query?: Record<string, string>
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** The event (payload 2.0) that API Gateway makes of a request. */
export function httpEvent(operation: Operation, { as, path = {}, query, body, headers = {} }: Ask): HttpEvent {
  const rawPath = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? '')
  const routeKey = `${operation.method} ${operation.path}`
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: {
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(as && { authorization: `Bearer ${as}` }),
      ...headers,
    },
    ...(query && { queryStringParameters: query }),
    ...(Object.keys(path).length > 0 && { pathParameters: path }),
    ...(text !== undefined && { body: text }),
    isBase64Encoded: false,
    requestContext: { requestId: randomUUID(), routeKey, stage: '$default', http: { method: operation.method, path: rawPath } },
  } as HttpEvent
}
