import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findJava } from '#infra/local/dynamodb/java.ts'
import { type Service, startService } from '#infra/local/service.ts'
import { type ServicesView, servicesOf } from './caller.ts'

const evil = 'http://evil.example'

let dataDir: string
let service: Service
let services: ServicesView
let ports: number[]

/** Starts a whole service and notes every port that it opens: those of its own process by their listening, and its database's. */
beforeAll(async () => {
  const listening = vi.spyOn(NetServer.prototype, 'listen')
  dataDir = await mkdtemp(join(tmpdir(), 'atrium-'))
  service = await startService({ dataDir, port: 0 })
  services = await servicesOf(service.url)
  const addresses = listening.mock.contexts.map((server) => (server as NetServer).address() as AddressInfo | null)
  listening.mockRestore()
  const own = addresses.flatMap((address) => (address ? [address.port] : []))
  ports = [...new Set([...own, Number(new URL(services.dynamodb.endpoint).port)])]
})

afterAll(async () => {
  await service.stop()
  await rm(dataDir, { recursive: true })
})

interface Heard {
  readonly port: number
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Sends a request to a port with whatever headers, `Host` too, which `fetch` does not let one choose. */
function ask(port: number, headers: Record<string, string>, method = 'GET', path = '/'): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let body = ''
      response.on('data', (data) => {
        body += data
      })
      response.on('end', () => resolve({ port, status: response.statusCode, headers: response.headers, body }))
    })
    sent.on('error', reject).end()
  })
}

const portOf = (url: string) => Number(new URL(url).port)
const askAll = (headersOf: (port: number) => Record<string, string>, method?: string) =>
  Promise.all(ports.map((port) => ask(port, headersOf(port), method)))

test('the service opens a port for the API, the issuer, both halves of the mail, the queue, the payments and the database', () => {
  expect(ports).toHaveLength(7)
})

test('at every port, a request for another host, or for this one with another port or none, is misdirected', async () => {
  const { compiles } = await findJava()
  const database = portOf(services.dynamodb.endpoint)
  for (const host of [
    'evil.example',
    'evil.example:3000',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    'localhost.:1',
    '127.0.0.1.evil.example',
  ])
    for (const { port, status, headers, body } of await askAll(() => ({ host })))
      if (port !== database) {
        expect([host, status, JSON.parse(body)]).toMatchObject([host, 421, { code: 'misdirected_request', status: 421 }])
        expect(headers['content-type']).toBe('application/problem+json')
      } else if (compiles) expect([host, status]).toEqual([host, 421])
})

test.for(['127.0.0.1', 'localhost', 'LOCALHOST'])('by the name %s and its port every port is reached', async (name) => {
  for (const { status } of await askAll((port) => ({ host: `${name}:${port}` }))) expect(status).not.toBe(421)
})

test.for(['GET', 'POST', 'OPTIONS'])('at no port a page of another site may read the answer to %s', async (method) => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, x-amz-target' }
  for (const origin of [evil, 'null'])
    for (const { headers } of await askAll((port) => ({ host: `127.0.0.1:${port}`, origin, ...preflight }), method))
      expect(headers['access-control-allow-origin']).toBeUndefined()
})

test('web pages get nothing from the ports that only programs call: queue, mail, payments and database', async () => {
  const { compiles } = await findJava()
  const open = [portOf(service.url), portOf(services.issuer), ...(compiles ? [] : [portOf(services.dynamodb.endpoint)])]
  for (const { port, status } of await askAll((port) => ({ host: `127.0.0.1:${port}`, origin: 'http://localhost:5173' }), 'POST'))
    if (!open.includes(port)) expect([port, status]).toEqual([port, 403])
})

test.for([
  ['GET', '/.well-known/openid-configuration', 200],
  ['GET', '/jwks', 200],
  ['OPTIONS', '/token', 204],
] as const)("the issuer's answer to %s %s is for the pages of this machine alone", async ([method, path, expected]) => {
  const port = portOf(services.issuer)
  const from = (origin: string) => ask(port, { host: `127.0.0.1:${port}`, origin, 'access-control-request-method': 'POST' }, method, path)

  const [here, elsewhere] = [await from('http://localhost:5173'), await from(evil)]

  expect([here.status, here.headers['access-control-allow-origin']]).toEqual([expected, 'http://localhost:5173'])
  expect(elsewhere.headers['access-control-allow-origin']).toBeUndefined()
})

test('a page of another site reaches neither e-mails nor faults, whatever its host name', async () => {
  const port = portOf(service.url)

  const rebound = await ask(port, { host: `evil.example:${port}` }, 'GET', '/local/emails')
  const read = await ask(port, { host: `127.0.0.1:${port}`, origin: evil }, 'GET', '/local/emails')
  const asked = await ask(
    port,
    { host: `127.0.0.1:${port}`, origin: evil, 'access-control-request-method': 'PUT' },
    'OPTIONS',
    '/local/faults',
  )

  expect(rebound.status).toBe(421)
  for (const { headers } of [read, asked]) expect(headers['access-control-allow-origin']).toBeUndefined()
})
