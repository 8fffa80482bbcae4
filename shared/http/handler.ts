import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { Refusal } from '../domain/refusals.ts'
import { tellable } from '../domain/tellable.ts'
import type { Services } from '../services.ts'
import { Answered, admit } from './admission.ts'
import { limit, readContent } from './content.ts'
import type { HttpEvent, HttpResult } from './event.ts'
import { type Exchange, present } from './exchange.ts'
import { type Identity, identify } from './identity.ts'
import { type Operation, open } from './operation.ts'
import { handleInput, idempotencyKeyProblem, repetitionOf, replay, replayAfter } from './repetition.ts'
import { internalError, problemResult, toResult } from './result.ts'

type Step = middy.MiddlewareObj<Exchange, HttpResult>
type HttpHandler = (event: HttpEvent, context: Context) => Promise<HttpResult>

/**
 * An operation as a Lambda function behind an HTTP API (payload 2.0). The contract's order of checks is the order of the steps:
 * size and media type, token, account, workspace, role or scope, replay, content; then the operation itself, which checks the state.
 */
export function httpHandler(operation: Operation, services: Services): HttpHandler {
  const handler = middy<Exchange, HttpResult>()
    .use([answering, limiting, ...(operation.access === open ? [] : [admitting]), replaying, validating])
    .handler(run)
  return (event, context) => handler(begin(operation, services, event), context)
}

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
    if (refusal !== error || refusal.code === 'unavailable') exchange.services.logger.error('failed', { error: tellable(error) })
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

/** Tells who calls, then reads in one round what lets them in, what is remembered and what the operation loads. */
const admitting: Step = {
  before: async ({ event: exchange }) => {
    const identity = await identify(exchange.event, exchange.services.tokens)
    Object.assign(exchange.about, whoAndWhere(exchange, identity))
    exchange.repetition = repetitionOf(exchange, callerIdOf(identity))
    startLoading(exchange, identity)
    try {
      exchange.granted = await admit(exchange, identity)
      return undefined
    } catch (error) {
      if (error instanceof Answered) return toResult(exchange.operation, error.reply)
      throw error
    }
  },
}

const callerIdOf = (identity: Identity): string => (identity.kind === 'person' ? identity.person.accountId : identity.place.apiKeyId)

const whoAndWhere = ({ event }: Exchange, identity: Identity) => ({
  ...(identity.kind === 'person' ? { accountId: identity.person.accountId } : { ...identity.place }),
  ...(event.pathParameters?.workspaceId && { workspaceId: event.pathParameters.workspaceId }),
})

function startLoading(exchange: Exchange, identity?: Identity): void {
  const { operation, content } = exchange
  if (!operation.load || present(content).problem) return
  const caller = identity?.kind === 'person' ? identity.person : identity?.place
  exchange.loading = operation.load({ ...handleInput(exchange), caller })
  exchange.loading.catch(() => {})
}

const replaying: Step = {
  before: async ({ event: exchange }) => replay(exchange, await exchange.repetition?.memory),
}

const validating: Step = {
  before: ({ event: exchange }) => {
    const problem = idempotencyKeyProblem(exchange) ?? present(exchange.content).problem
    if (problem) throw problem
  },
}

async function run(exchange: Exchange): Promise<HttpResult> {
  const { operation } = exchange
  if (!exchange.loading) startLoading(exchange)
  try {
    const answer = await operation.handle({ ...handleInput(exchange), loaded: await exchange.loading })
    return toResult(operation, answer)
  } catch (error) {
    const first = await replayAfter(exchange, error)
    if (first) return first
    throw error
  }
}
