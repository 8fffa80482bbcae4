import { createServer, request as httpRequest } from 'node:http'
import { onTestFinished } from 'vitest'
import { corsFor } from '#infra/cors.ts'
import { noFaults } from '#infra/local/faults.ts'
import { operationFunctions } from '#infra/local/gateway/functions.ts'
import { gateway, type HttpFunction } from '#infra/local/gateway/gateway.ts'
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts'
import { close, listen } from '#infra/local/ports.ts'
import type { Services } from '#shared/services.ts'
import { type DeployedRoute, deployedEvent, type Sent, takenRoute } from './deployed-api.ts'

/** What a request came to: the function, its event, and its answer. */
interface GatewayResult {
  readonly functionName: string
  readonly event: object
  readonly status: number
  readonly body: unknown
}

/** Headers that a connection adds, here or there, and that name no more than this one request. */
const ofTheConnection = /^(host|connection|content-length|transfer-encoding|x-forwarded-\w+|x-amzn-trace-id)$/

/** What of an event follows from request and route. */
export function comparable(event: object) {
  const { headers, requestContext, ...rest } = event as ReturnType<typeof deployedEvent>
  const { routeKey, stage, http } = requestContext
  const own = Object.entries(headers).filter(([name]) => !ofTheConnection.test(name))
  return { ...rest, headers: Object.fromEntries(own), requestContext: { routeKey, stage, http: { method: http.method, path: http.path } } }
}

/** An answer's body without the id of the request. */
function bodyOf(text: string): unknown {
  try {
    const { requestId: _, ...body } = JSON.parse(text)
    return body
  } catch {
    return text
  }
}

/** Serves the operations by the local gateway, and notes which function gets which event. */
export async function localGateway(services: Services): Promise<(sent: Sent) => Promise<GatewayResult>> {
  let noted: Pick<GatewayResult, 'functionName' | 'event'> | undefined
  const noting = (functionName: string, handler: HttpFunction): HttpFunction => {
    return (event, context) => {
      noted = { functionName, event }
      return handler(event, context)
    }
  }
  const functions = operationFunctions(services, noFaults())
  const serve = gateway({
    routes: functions.routes.map((route) => ({ ...route, handler: noting(route.name, route.handler) })),
    fallback: noting('notFound', functions.fallback),
    cors: corsFor('https://app.example.com'),
  })
  const server = createServer((request, response) => void serve(request, response))
  onTestFinished(() => close(server, 100))
  const port = await listen(server)
  return async (sent) => {
    const { status, text } = await send(port, sent)
    if (!noted) throw new Error(`No function was called: ${status} ${text}`)
    return { ...noted, status, body: bodyOf(text) }
  }
}

/** Sends a request as it is written, path and headers untouched. */
function send(port: number, { method, target, headers, body }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const raw = [['host', `127.0.0.1:${port}`], ...headers, ...(body ? [['content-length', String(Buffer.byteLength(body))]] : [])].flat()
    const request = httpRequest({ port, method, path: target, headers: raw }, async (response) => {
      const text = (await response.toArray()).join('')
      resolve({ status: response.statusCode ?? 0, text })
    })
    request.on('error', reject).end(body)
  })
}

/** Hands the event that API Gateway would make to the function that the templates put behind the route. */
export async function deployed(services: Services, routes: readonly DeployedRoute[], sent: Sent): Promise<GatewayResult> {
  const taken = takenRoute(routes, sent)
  const event = deployedEvent(sent, taken)
  const functions = operationFunctions(services, noFaults())
  const handler = functions.routes.find(({ name }) => name === taken.functionName)?.handler ?? functions.fallback
  const withId = { ...event, requestContext: { ...event.requestContext, requestId: 'request' } } as unknown as Parameters<HttpFunction>[0]
  const { statusCode, body = '' } = (await handler(withId, lambdaContext(taken.functionName, 10_000))) as {
    statusCode: number
    body?: string
  }
  return { functionName: taken.functionName, event, status: statusCode, body: bodyOf(body) }
}
