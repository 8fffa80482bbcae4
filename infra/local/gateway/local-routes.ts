import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '#shared/domain/refusals.ts'
import { problemResult } from '#shared/http/result.ts'
import { changeFaults, type Faults } from '../faults.ts'
import type { LocalMail } from '../mail/mail.ts'
import { region } from '../queue/queues.ts'
import type { LocalPayments } from '../stripe/payments.ts'
import { readBody } from './gateway.ts'
import { sendResult, splitTarget } from './http-event.ts'

/** What the routes below `/local/` show and change. */
export interface LocalView {
  /** `http://127.0.0.1:3000` */
  readonly url: string
  readonly issuer: { readonly url: string; readonly clientId: string }
  readonly tableName: string
  readonly database: { readonly endpoint: string; readonly accessKeyId: string }
  readonly mail: Pick<LocalMail, 'list'>
  readonly payments: Pick<LocalPayments, 'list'>
  readonly faults: Faults
}

type Answer = { readonly status: number; readonly body?: unknown }
type Route = (view: LocalView, query: URLSearchParams, request: IncomingMessage) => Answer | Promise<Answer>

const ok = (body: unknown): Answer => ({ status: 200, body })

const routes: Readonly<Record<string, Route>> = {
  'GET /local/services': (view) => ok(services(view)),
  'GET /local/emails': ({ mail }, query) => ok(mail.list(query.get('to') ?? undefined)),
  'GET /local/charges': ({ payments }, query) => ok(payments.list(query.get('workspaceId') ?? undefined)),
  'PUT /local/faults': async ({ faults }, _, request) => setFaults(faults, await readBody(request)),
}

const services = ({ url, issuer, tableName, database: { endpoint, accessKeyId } }: LocalView) => ({
  api: `${url}/v1`,
  issuer: issuer.url,
  clientId: issuer.clientId,
  emails: `${url}/local/emails`,
  charges: `${url}/local/charges`,
  dynamodb: { endpoint, tableName, region, accessKeyId },
})

function setFaults(faults: Faults, body: Buffer | string): Answer {
  const errors = changeFaults(faults, parsed(String(body)))
  if (errors.length > 0) throw new Refusal('invalid_request', 'These faults do not exist. Nothing was changed.', { errors })
  return { status: 204 }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal('invalid_request', 'The body is not JSON.')
  }
}

/** Whether a request is for the local service itself: no such route exists in a deployed stack. */
export const isLocal = (request: IncomingMessage): boolean => request.url?.startsWith('/local/') ?? false

/** Serves the routes below `/local/`: where everything is, e-mails, charges, faults. Errors are problem+json, as everywhere. */
export function localRoutes(view: LocalView): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { path, query } = splitTarget(request.url ?? '')
    const requestId = randomUUID()
    response.setHeader('x-request-id', requestId)
    const route = Object.hasOwn(routes, `${request.method} ${path}`) ? routes[`${request.method} ${path}`] : undefined
    try {
      if (!route)
        throw new Refusal('not_found', `There is no ${request.method} ${path}. The local routes are ${Object.keys(routes).join(', ')}.`)
      const { status, body } = await route(view, new URLSearchParams(query), request)
      sendResult(response, { statusCode: status, ...(body !== undefined && json(body)) })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      sendResult(response, problemResult(error, requestId))
    }
  }
}

const json = (body: unknown) => ({
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})
