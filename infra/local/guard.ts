import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { Refusal } from '#shared/domain/refusals.ts'
import { problemResult } from '#shared/http/result.ts'
import { sendResult } from './gateway/http-event.ts'
import { loopback } from './ports.ts'

/** Who may call a port: `pages` in this machine's browser too, or only `programs`, which send no `Origin`. */
export type Callers = 'pages' | 'programs'

const names = [loopback, 'localhost']

/**
 * Whether a request names this machine and the port it arrived on. A page elsewhere cannot make a browser send that, not even if its own
 * name resolves to 127.0.0.1 (DNS rebinding).
 */
function isForThisPort({ headers: { host }, socket: { localPort } }: IncomingMessage): boolean {
  const isDefault = localPort === 80
  return host !== undefined && names.some((name) => [`${name}:${localPort}`, ...(isDefault ? [name] : [])].includes(host.toLowerCase()))
}

function refusalOf(request: IncomingMessage, callers: Callers): Refusal | undefined {
  const { host, origin } = request.headers
  if (!isForThisPort(request))
    return new Refusal('misdirected_request', `The host is ${host ?? 'missing'}. This service answers only to ${loopback} and localhost.`)
  if (callers === 'programs' && origin !== undefined) return new Refusal('forbidden', `This port is not for pages, and ${origin} is one.`)
  return undefined
}

/**
 * Closes a port of the local service to the pages of other sites: from now on the server's request listeners receive only requests for
 * 127.0.0.1 or localhost with its port and, on a stand-in, only those of programs. All others get 421 or 403.
 */
export function guard(server: Server, callers: Callers): void {
  const listeners = server.listeners('request')
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const refusal = refusalOf(request, callers)
    if (!refusal) return listeners.forEach((listener) => void Reflect.apply(listener, server, [request, response]))
    const requestId = randomUUID()
    response.setHeader('x-request-id', requestId)
    sendResult(response, problemResult(refusal, requestId))
  })
}
