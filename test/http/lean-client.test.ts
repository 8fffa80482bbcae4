import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { close, listen } from '#infra/local/ports.ts'
import { openMail } from '#shared/mail/ses.ts'
import { openQueue } from '#shared/queue/queue.ts'
import { readSettings } from '#shared/settings.ts'
import * as keys from '#shared/table/design/keys.ts'
import { openTable } from '#shared/table/engine.ts'
import { environment } from '#test/support/world.ts'

let endpoint: string
const seen: IncomingHttpHeaders[] = []
const server = createServer((request, response) => {
  seen.push(request.headers)
  request.resume()
  request.once('end', () =>
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end('{"__type":"ValidationException"}'),
  )
})

beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listen(server)}`
  const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a87bd80c:1'
  const values = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_ENDPOINT_URL: endpoint }
  const inLambda = { AWS_LAMBDA_FUNCTION_NAME: 'test', _X_AMZN_TRACE_ID: trace }
  for (const [name, value] of Object.entries({ ...values, ...inLambda })) vi.stubEnv(name, value)
})
beforeEach(() => {
  seen.length = 0
})
afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await close(server, 0)
})

const settings = () => readSettings({ ...environment, MAIL_QUEUE_URL: `${endpoint}/mail` })

const read = () => openTable({ settings: settings() }).get({ table: keys.workspace('ws_1') })
const mail = () => openMail({ settings: settings() }).send({ to: 'ann@example.com', subject: 's', text: 't', html: 'h' })
const enqueue = () =>
  openQueue({ settings: settings(), logger: { warn: () => {} } }).enqueue('mail', [
    { kind: 'invitation', invitationId: 'inv_1', sendCount: 1 },
  ])

const asking = [
  ['table', read],
  ['queue', enqueue],
  ['mail', mail],
] as const

test.for(asking)('a call to the %s is signed, and does not say which SDK makes it', async ([, ask]) => {
  await (ask() as Promise<unknown>).catch(() => {})

  expect(seen).toHaveLength(1)
  expect(seen[0]?.authorization).toMatch(/^AWS4-HMAC-SHA256 /)
  expect(Object.keys(seen[0] ?? {}).filter((name) => name.includes('user-agent'))).toEqual([])
})

test('a message carries the trace header by which Lambda detects recursive loops', async () => {
  await enqueue()

  expect(seen[0]?.['x-amzn-trace-id']).toContain('Lineage=')
})

test('a request that starts no function carries no trace header', async () => {
  await read().catch(() => {})

  expect(seen[0]).not.toHaveProperty('x-amzn-trace-id')
})
