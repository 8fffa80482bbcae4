import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { guard } from '../guard.ts'
import { close, isPortTaken, listen, loopback } from '../ports.ts'
import { StartFailure } from '../start-failure.ts'

/** Serves one request. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** The service's port. `stop` takes no more requests and lets those in flight finish; a second time it does nothing. */
export interface HttpServer {
  /** `http://127.0.0.1:3000` */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Takes the port (0: a free one) before anything slow is started, and serves what comes in once `ready` says how. A `StartFailure` where
 * the port is taken.
 */
export async function startHttpServer(port: number, ready: Promise<Handle>): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void ready.then((handle) => handle(request, response)).catch((error) => fail(response, error))
  })
  guard(server, 'pages')
  const taken = await listen(server, port).catch((error) => {
    if (!isPortTaken(error)) throw new StartFailure(`PORT ${port} cannot be used: ${error.message}`)
    throw new StartFailure(`PORT ${port} is taken: stop what listens there, or set PORT to another (0 picks a free one)`)
  })
  return { url: `http://${loopback}:${taken}`, stop: () => close(server) }
}

function fail(response: ServerResponse, error: unknown): void {
  console.error('The local service failed:', error)
  response.destroy()
}
