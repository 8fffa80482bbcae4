import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Everything the local service offers is reachable from this machine only. */
export const loopback = '127.0.0.1'

/** Starts a server on a loopback port (0: any free one) and returns the port. Throws the system's error, for example EADDRINUSE. */
export function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

/** Stops a server: it accepts no new connections, gives requests in flight `graceMs` to finish, then closes what is left. */
export async function close(server: Server, graceMs = 5_000): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cut)
}

/** A port that is free at this moment, for a child process that takes its port on the command line. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await close(server)
  return port
}

/** Whether an error says that a port is taken. */
export const isPortTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
