import { isId } from '../domain/ids.ts'
import type { Services } from '../services.ts'
import { admit, EarlyReply } from './authorization.ts'
import { readContent, readQuery } from './content.ts'
import { type Exchange, workspaceIdIn } from './exchange.ts'
import { idempotencyOf } from './idempotency.ts'
import { type Identity, identify } from './identity.ts'
import { startLoading } from './input.ts'
import { type Operation, type ServiceName, takesApiKeys } from './operation.ts'
import { type Always, type HttpHandler, openHandler, pipeline, type Step } from './pipeline.ts'
import { toResult } from './result.ts'

export { notFoundHandler } from './pipeline.ts'

/** An operation, open or not, as a Lambda function behind an HTTP API (payload 2.0). */
export const httpHandler = <N extends ServiceName>(
  operation: Operation<N>,
  services: Pick<Services, Always | 'table' | 'tokens' | N>,
): HttpHandler =>
  operation.access.kind === 'open' ? openHandler(operation, services) : pipeline(operation, services as Services, [admitting, replaying])

/** Identifies the caller, then reads in one round what authorization takes, the idempotency record and what the operation loads. */
const admitting: Step = {
  before: async ({ event: exchange }) => {
    const identity = await identify(exchange.event, exchange.services.tokens)
    Object.assign(exchange.logContext, whoAndWhere(exchange, identity))
    exchange.caller = identity.kind === 'person' ? identity.person : identity.place
    exchange.idempotency = idempotencyOf(exchange, callerIdOf(identity))
    const { operation, event } = exchange
    // Anybody can make up a well-formed API key: until the key is found, its request may cost no more than a look at the query.
    exchange.content = identity.kind === 'person' ? readContent(operation, event) : readQuery(operation, event)
    if (identity.kind === 'person' || takesApiKeys(operation.access)) startLoading(exchange)
    try {
      exchange.granted = await admit(exchange, identity)
      if (identity.kind === 'apiKey') exchange.content = readContent(operation, event)
      return undefined
    } catch (error) {
      if (error instanceof EarlyReply) return toResult(exchange.operation, error.reply)
      throw error
    }
  },
}

const callerIdOf = (identity: Identity): string => (identity.kind === 'person' ? identity.person.accountId : identity.place.apiKeyId)

const whoAndWhere = ({ event }: Exchange, identity: Identity) => ({
  ...(identity.kind === 'person' ? { accountId: identity.person.accountId } : { ...identity.place }),
  ...(isId('ws', workspaceIdIn(event)) && { workspaceId: workspaceIdIn(event) }),
})

const replaying: Step = {
  before: ({ event: { idempotency } }) => idempotency?.replay(),
}
