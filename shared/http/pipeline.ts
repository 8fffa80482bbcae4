import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { Deadline } from '../deadline.ts'
import { Refusal } from '../domain/refusals.ts'
import { safeForLog } from '../domain/safe-for-log.ts'
import { type Services, withinTime } from '../services.ts'
import { contentProblem, limit, readContent } from './content.ts'
import type { HttpEvent, HttpResult } from './event.ts'
import type { Exchange } from './exchange.ts'
import { handleInput, startLoading } from './input.ts'
import { access, type Operation, type ServiceName } from './operation.ts'
import { alwaysSent, internalError, problemResult, toResult } from './result.ts'

/** One step of the pipeline. */
export type Step = middy.MiddlewareObj<Exchange, HttpResult>

/** A Lambda function behind an HTTP API (payload 2.0). */
export type HttpHandler = (event: HttpEvent, context: Context) => Promise<HttpResult>

/**
 * The stack around every operation. The order of checks in docs/api.md (Errors) is the order of the steps: size and media type; then `admission`
 * (token, account, workspace, role or scope, replay), which brings the table with it and which an open operation does without; content;
 * then the operation itself, which checks the state.
 */
export const pipeline = (operation: Operation, services: Services, admission: readonly Step[]): HttpHandler =>
  answering(operation, services, { steps: [limiting, ...admission, validating], last: run })

/** What every function has. Of the other `Services` it has only those that its operation needs. */
export type Always = 'settings' | 'clock' | 'logger'

/** An open operation as a Lambda function: everybody may call it. */
export const openHandler = <N extends ServiceName>(operation: Operation<N>, services: Pick<Services, Always | N>): HttpHandler =>
  pipeline(operation, services as Services, [])

/** The answer to every unknown route; nothing else of such a request is looked at. */
export const notFoundHandler = (services: Pick<Services, 'clock' | 'logger'>): HttpHandler => {
  const nowhere = { name: 'notFound', access: access.open } as unknown as Operation
  return answering(nowhere, services as Services, { steps: [], last: refuseRoute })
}

const refuseRoute = async () => {
  throw new Refusal('not_found', 'No operation has this method and path. GET /v1/openapi.json lists them all.')
}

const begin = (
  operation: Operation,
  { services, event, deadline }: { services: Services; event: HttpEvent; deadline: Deadline },
): Exchange => ({
  event,
  operation,
  services: withinTime(services, deadline),
  deadline,
  now: services.clock(),
  requestId: event.requestContext.requestId,
  logContext: {},
})

/** Takes a request through its steps, writes one line to the log and adds the request id, whichever step the answer comes from. */
function answering(
  operation: Operation,
  services: Services,
  { steps, last }: { steps: readonly Step[]; last: (exchange: Exchange) => Promise<HttpResult> },
) {
  // middy's own early timeout covers only the last step, not those before it.
  const handler = middy<Exchange, HttpResult>({ timeoutEarlyInMillis: 0 })
    .use([...steps])
    .handler(last)
  return async (event: HttpEvent, context: Context): Promise<HttpResult> => {
    const deadline = Deadline.of(context)
    const exchange = begin(operation, { services, event, deadline })
    const result = await deadline.wait(() => handler(exchange, context)).catch((error) => refuse(exchange, error))
    await exchange.noting
    return finish(exchange, result)
  }
}

/** Turns any error into problem+json. */
function refuse(exchange: Exchange, error: unknown): HttpResult {
  const refusal = error instanceof Refusal ? error : internalError()
  if (refusal !== error || refusal.code === 'unavailable') {
    const { operation, requestId, logContext, services } = exchange
    services.logger.error('failed', { operation: operation.name, requestId, ...logContext, error: safeForLog(error) })
  }
  exchange.refused = refusal.code
  return problemResult(refusal, exchange.requestId)
}

function finish({ event, services, operation, now, requestId, logContext, refused: code }: Exchange, result: HttpResult): HttpResult {
  const milliseconds = services.clock().getTime() - now.getTime()
  services.logger.info('request', { operation: operation.name, requestId, status: result.statusCode, code, milliseconds, ...logContext })
  return { ...result, headers: { ...alwaysSent(event), ...result.headers, 'x-request-id': requestId } }
}

const limiting: Step = {
  before: ({ event: exchange }) => {
    limit(exchange.event)
  },
}

const validating: Step = {
  before: async ({ event: exchange }) => {
    const { operation, event } = exchange
    exchange.content ??= readContent(operation, event)
    const input = handleInput(exchange)
    const more = operation.check?.(input) ?? []
    const byLoaded = operation.checkLoaded?.({ ...input, loaded: await exchange.loading }) ?? []
    const problem = contentProblem(operation, event, [...exchange.content.errors, ...more, ...byLoaded])
    if (problem) throw problem
  },
}

async function run(exchange: Exchange): Promise<HttpResult> {
  const { operation, idempotency } = exchange
  if (!exchange.loading) startLoading(exchange)
  try {
    const answer = await operation.handle({ ...handleInput(exchange), loaded: await exchange.loading })
    return toResult(operation, answer)
  } catch (error) {
    const first = await idempotency?.replayAfter(error)
    if (first) return first
    throw error
  }
}
