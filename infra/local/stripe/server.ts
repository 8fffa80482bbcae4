import { createServer, type IncomingMessage } from 'node:http'
import { readBody } from '../gateway/gateway.ts'
import { guard } from '../guard.ts'
import { close, listen, loopback } from '../ports.ts'
import type { StripeAnswer, StripeHandle } from './http.ts'
import { type LocalStripe, openStripe, type StripeOptions } from './stripe.ts'

/** Where the stand-in listens. */
export interface StripeServer {
  /** `http://127.0.0.1:12111` */
  readonly url: string
  /** The SDK options that point it here. */
  readonly sdk: { readonly host: string; readonly port: number; readonly protocol: 'http' }
  stop(): Promise<void>
}

/** Opens the stand-in and serves it on a free port of this machine. */
export async function startStripe(options: StripeOptions): Promise<LocalStripe & StripeServer> {
  const stripe = openStripe(options)
  return { ...stripe, ...(await serveStripe(stripe.handle)) }
}

/** Serves a handler of Stripe API requests over HTTP; the handler answers a request or drops its connection. */
export async function serveStripe(handle: StripeHandle): Promise<StripeServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
    const answer = await answerOf(handle, request)
    if (answer === 'drop') request.socket.destroy()
    else response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) }).end(answer.body)
  })
  guard(server, 'programs')
  const port = await listen(server)
  return { url: `http://${loopback}:${port}`, sdk: { host: loopback, port, protocol: 'http' }, stop: () => close(server, 1_000) }
}

async function answerOf(handle: StripeHandle, request: IncomingMessage): Promise<StripeAnswer | 'drop'> {
  const body = await readBody(request)
  if (typeof body === 'string') return 'drop'
  try {
    const { method = '', url = '', headers } = request
    return await handle({ method, path: url, headers, body: body.toString('utf8') })
  } catch (error) {
    console.error('The local payment provider failed:', error)
    return 'drop'
  }
}
