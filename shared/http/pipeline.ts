import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { Refusal } from '../domain/refusals.ts'
import { tellable } from '../domain/tellable.ts'
import type { Services } from '../services.ts'
import { idempotencyKeyProblem, limit, readContent } from './content.ts'
import type { HttpEvent, HttpResult } from './event.ts'
import { type Exchange, present } from './exchange.ts'
import { handleInput, startLoading } from './input.ts'
import { type Operation, open } from './operation.ts'
import { internalError, problemResult, toResult } from './result.ts'

/** One step of the pipeline. */
export type Step = middy.MiddlewareObj<Exchange, HttpResult>

/** A Lambda function behind an HTTP API (payload 2.0). */
export type HttpHandler = (event: HttpEvent, context: Context) => Promise<HttpResult>

/**
 * The stack around every operation. The contract's order of checks is the order of the steps: size and media type; then `admission`
 * (token, account, workspace, role or scope, replay), which brings the table with it and which an open operation does without; content;
 * then the operation itself, which checks the state.
 */
export function pipeline(operation: Operation, services: Services, admission: readonly Step[]): HttpHandler {
  const handler = middy<Exchange, HttpResult>()
    .use([answering, limiting, ...admission, validating])
    .handler(run)
  return (event, context) => handler(begin(operation, services, event), context)
}

/** An open operation as a Lambda function: whoever calls is let in. */
export const openHandler = (operation: Operation, services: Services): HttpHandler => pipeline(operation, services, [])

/** The answer to every route that is not there; nothing else of such a request is looked at. */
export const notFoundHandler = (services: Pick<Services, 'clock' | 'logger'>): HttpHandler => {
  const nowhere = { name: 'notFound', access: open } as unknown as Operation
  const handler = middy<Exchange, HttpResult>().use(answering).handler(refuseRoute)
  return (event, context) => handler(begin(nowhere, services as Services, event), context)
}

const refuseRoute = async () => {
  throw new Refusal('not_found', 'There is no such route: see GET /v1/openapi.json for those that there are.')
}

const begin = (operation: Operation, services: Services, event: HttpEvent): Exchange => ({
  event,
  operation,
  services,
  now: services.clock(),
  requestId: event.requestContext.requestId,
  about: {},
})

/** Writes one line to the log, adds the request id, and turns every error into problem+json. */
const answering: Step = {
  after: async (request) => {
    await request.event.noting
    request.response = finish(request.event, present(request.response ?? undefined))
  },
  onError: async (request) => {
    const { event: exchange, error } = request
    await exchange.noting
    const refusal = error instanceof Refusal ? error : internalError()
    if (refusal !== error || refusal.code === 'unavailable') {
      const { operation, requestId, about, services } = exchange
      services.logger.error('failed', { operation: operation.name, requestId, ...about, error: tellable(error) })
    }
    request.response = finish(exchange, problemResult(refusal, exchange.requestId), refusal.code)
  },
}

function finish({ services, operation, now, requestId, about }: Exchange, result: HttpResult, code?: string): HttpResult {
  const milliseconds = services.clock().getTime() - now.getTime()
  services.logger.info('request', { operation: operation.name, requestId, status: result.statusCode, code, milliseconds, ...about })
  return { ...result, headers: { ...result.headers, 'x-request-id': requestId } }
}

const limiting: Step = {
  before: ({ event: exchange }) => {
    limit(exchange.operation, exchange.event)
    exchange.content = readContent(exchange.operation, exchange.event)
  },
}

const validating: Step = {
  before: ({ event: { operation, event, content } }) => {
    const problem = idempotencyKeyProblem(operation, event) ?? present(content).problem
    if (problem) throw problem
  },
}

async function run(exchange: Exchange): Promise<HttpResult> {
  const { operation, repetition } = exchange
  if (!exchange.loading) startLoading(exchange)
  try {
    const answer = await operation.handle({ ...handleInput(exchange), loaded: await exchange.loading })
    return toResult(operation, answer)
  } catch (error) {
    const first = await repetition?.replayAfter(error)
    if (first) return first
    throw error
  }
}
