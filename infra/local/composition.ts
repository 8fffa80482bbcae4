import { openMail } from '#shared/mail/ses.ts'
import { openMetrics } from '#shared/metrics.ts'
import { openPayments } from '#shared/payments/stripe.ts'
import { openQueue } from '#shared/queue/queue.ts'
import type { Services } from '#shared/services.ts'
import { openTable } from '#shared/table/engine.ts'
import { openTokens } from '#shared/tokens/tokens.ts'
import { type ClientFactory, wire } from '#shared/wiring.ts'
import { corsFor } from '../cors.ts'
import { pointSdkAt } from './aws-environment.ts'
import type { ServiceDatabase } from './dynamodb/database.ts'
import { ensureTable } from './dynamodb/table.ts'
import { operationFunctions, startWorkers } from './gateway/functions.ts'
import { gateway } from './gateway/gateway.ts'
import type { Handle } from './gateway/http-server.ts'
import { isLocal, localRoutes } from './gateway/local-routes.ts'
import { type Environment, functionEnvironment, type LocalSettings, queueVariables } from './local-settings.ts'
import { type Parts, startParts } from './parts.ts'
import type { Teardown } from './teardown.ts'

/** What `startService` has at hand when it composes the service. */
export interface Ingredients {
  readonly settings: LocalSettings
  readonly env: Environment
  readonly url: string
  readonly dataDir: string
  readonly database: Promise<ServiceDatabase>
}

/** Starts the other parts and the workers, registers in `started` how to stop them, and returns the request handler. */
export async function compose({ settings, env, url, dataDir, database }: Ingredients, started: Teardown): Promise<Handle> {
  const parts = await startParts(dataDir, database, started)
  const tableName = settings.TABLE_NAME
  await ensureTable(parts.database, tableName)
  const services = wireServices(functionEnvironment(env, { settings, url, dictated: dictated(parts) }), parts)
  const api = gateway({ ...operationFunctions(services, parts.faults), cors: corsFor(services.settings.APP_URL) })
  const local = localRoutes({ url, tableName, ...parts })
  started.add(startWorkers(services, parts.queues, settings.CLEANUP_INTERVAL_SECONDS))
  return (request, response) => (isLocal(request) ? local : api)(request, response)
}

/** What the functions need to know about the parts. The issuer's name is fixed, so that a person's account does not depend on a port. */
const dictated = ({ issuer, queues, payments }: Parts): Environment => ({
  ISSUER: issuer.url,
  JWKS_URI: `${issuer.url}/jwks`,
  CLIENT_ID: issuer.clientId,
  AUDIENCE: issuer.audience,
  ISSUER_NAME: 'local',
  ...Object.fromEntries(queueVariables.map(({ variable, queue }) => [variable, queues.urlOf(queue)])),
  ...payments.environment,
})

/** The services of all functions, wired like those of a deployed function, but to the local parts. */
function wireServices(environment: Environment, { database, queues, mail }: Parts): Services {
  pointSdkAt({ dynamodb: database.endpoint, sqs: queues.endpoint, ses: mail.endpoint, accessKeyId: database.accessKeyId })
  process.env.POWERTOOLS_LOG_LEVEL ??= 'WARN'
  process.env.POWERTOOLS_METRICS_DISABLED ??= 'true'
  const tokens: ClientFactory<'tokens'> = ({ settings }) => openTokens({ settings, fetcher: keysOverHttp })
  return wire({ table: openTable, queue: openQueue, mail: openMail, payments: openPayments, tokens, metrics: openMetrics }, environment)
}

/** On its own, aws-jwt-verify fetches keys over https only; the local issuer speaks http. */
const keysOverHttp = { fetch: async (uri: string) => (await fetch(uri, { signal: AbortSignal.timeout(3_000) })).arrayBuffer() }
