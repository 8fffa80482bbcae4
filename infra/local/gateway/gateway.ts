import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { type Cors, corsHeaders, isPreflight } from '../../cors.ts'
import { type RouteTaken, sendResult, splitTarget, toEvent } from './http-event.ts'
import { lambdaContext } from './lambda-context.ts'
import { findRoute, type Route } from './routes.ts'

/** A function behind a route, as API Gateway invokes it. */
export type HttpFunction = (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>

/** A route, the function behind it, that function's name and the seconds that it may take. */
export interface FunctionRoute extends Route {
  readonly name: string
  readonly seconds: number
  readonly handler: HttpFunction
}

/** What the gateway serves. `fallback` is the function behind `$default`, which gets what matches no route. */
export interface GatewayOptions {
  readonly routes: readonly FunctionRoute[]
  readonly fallback: HttpFunction
  readonly cors: Cors
}

/** API Gateway's limit on a request's body, in bytes. */
const maxBodyBytes = 10 * 1024 * 1024

/** A request's body; `too-large` beyond the limit (the rest is let go, so that the client gets to read the answer), `aborted` where the client left. */
export async function readBody(request: IncomingMessage, limit = maxBodyBytes): Promise<Buffer | 'too-large' | 'aborted'> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
    }
  } catch {
    return 'aborted'
  }
  return size > limit ? 'too-large' : Buffer.concat(chunks)
}

/** An answer of the gateway itself: no problem+json, as in the deployed stack. */
const answer = (response: ServerResponse, statusCode: number, message: string) =>
  sendResult(response, { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) })

/** Serves functions over HTTP as API Gateway's HTTP API does: routes, events, CORS, limits, and its own answers where something breaks. */
export function gateway(options: GatewayOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    response.setHeader('apigw-requestid', randomUUID())
    response.setHeaders(new Map(Object.entries(corsHeaders(options.cors, request))))
    if (isPreflight(request)) return sendResult(response, { statusCode: 204 })
    const body = await readBody(request)
    if (body === 'aborted') return
    if (body === 'too-large') return answer(response, 413, 'Request Entity Too Large')
    const found = route(options, request)
    await invoke(found, toEvent(request, body, found), response)
  }
}

/** The function that a request goes to. */
function route({ routes, fallback }: GatewayOptions, request: IncomingMessage): RouteTaken & { target: Target } {
  const found = findRoute(routes, request.method ?? '', splitTarget(request.url ?? '/').path)
  return found
    ? { routeKey: found.routeKey, pathParameters: found.pathParameters, target: found.route }
    : { routeKey: '$default', pathParameters: {}, target: { name: 'default', seconds: 10, handler: fallback } }
}

type Target = Pick<FunctionRoute, 'name' | 'seconds' | 'handler'>

async function invoke({ target }: { target: Target }, event: APIGatewayProxyEventV2, response: ServerResponse): Promise<void> {
  try {
    const result = await target.handler(event, lambdaContext(target.name, target.seconds * 1_000))
    if (!response.destroyed) sendResult(response, result)
  } catch (error) {
    console.error(`${target.name} failed:`, error)
    if (!response.destroyed && !response.headersSent) answer(response, 500, 'Internal Server Error')
  }
}
