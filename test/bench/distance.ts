import { writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { request } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { close, listen } from '#infra/local/ports.ts'
import { selfSigned } from '#test/deployed/certificate.ts'
import { openIssuer } from '#test/support/issuer.ts'
import { functionEnvironment } from './cold-process.ts'

/** What answers a request that comes over TLS. */
type Answering = (body: Buffer, headers: Record<string, unknown>) => Promise<{ readonly type: string; readonly body: Buffer }>

/** Sends what comes from one socket on to another, so many milliseconds later, in its order. */
function delayed(from: Socket, to: Socket, milliseconds: number, first = 0): void {
  let extra = first
  from.on('data', (chunk) => {
    setTimeout(() => to.writable && to.write(chunk), milliseconds + extra)
    extra = 0
  })
  from.on('close', () => setTimeout(() => to.destroy(), milliseconds))
  from.on('error', () => to.destroy())
}

/**
 * A service that proves with a certificate to be `localhost` and is so many milliseconds away, there and back: each leg of TLS and HTTP
 * takes its half, and the first one as long as the handshake of TCP, which a local connection does without.
 */
async function distant(answering: Answering, certificate: ReturnType<typeof selfSigned>, roundTrip: number) {
  const service = createHttpsServer({ ...certificate, keepAliveTimeout: 60_000 }, async (incoming, response) => {
    const { type, body } = await answering(Buffer.concat(await incoming.toArray()), incoming.headers)
    response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body)
  })
  const port = await listen(service as unknown as Server)
  const sockets = new Set<Socket>()
  const line = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    near.setNoDelay(true)
    for (const socket of [near, far]) sockets.add(socket)
    delayed(near, far, roundTrip / 2, roundTrip)
    delayed(far, near, roundTrip / 2)
  })
  return {
    url: `https://localhost:${await listen(line as unknown as Server)}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      line.close()
      service.closeAllConnections()
      await close(service as unknown as Server, 0)
    },
  }
}

/** Passes a call on to a DynamoDB. */
const passedOn =
  (endpoint: string): Answering =>
  (body, { host: _, ...headers }) =>
    new Promise((resolve, reject) => {
      const onward = request(
        endpoint,
        { method: 'POST', headers: { ...headers, host: new URL(endpoint).host } as never },
        async (answer) => {
          resolve({ type: String(answer.headers['content-type']), body: Buffer.concat(await answer.toArray()) })
        },
      )
      onward.on('error', reject).end(body)
    })

/**
 * The table and the issuer so many milliseconds away, and what a function has to be told of them. Whoever signs a token with `issuer` is
 * the person whom the tests' own token with the same `sub` stands for. `stop` ends them.
 */
export async function openStandIns(endpoint: string, folder: string, away: { readonly table: number; readonly issuer: number }) {
  const certificate = selfSigned('localhost')
  const issuer = await openIssuer()
  const keySet = async () => ({ type: 'application/json', body: Buffer.from(issuer.keySet) })
  const table = await distant(passedOn(endpoint), certificate, away.table)
  const keys = await distant(keySet, certificate, away.issuer)
  const authority = join(folder, 'authority.pem')
  writeFileSync(authority, certificate.cert)
  const environmentOf = (tableName: string): Record<string, string> => ({
    ...functionEnvironment(table.url, tableName),
    CLIENT_ID: 'atrium-web',
    AUDIENCE: 'https://api.example',
    ISSUER_NAME: 'test',
    JWKS_URI: `${keys.url}/jwks`,
    NODE_EXTRA_CA_CERTS: authority,
  })
  const token = (sub: string) => issuer.token({ claims: { sub, email: sub }, expiresIn: 3_600 })
  return { token, environmentOf, stop: () => Promise.all([table.stop(), keys.stop()]) }
}
