import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { close, listen } from '#infra/local/ports.ts'
import { openQueue } from '#shared/queue/queue.ts'
import { exists } from '#shared/table/conditions.ts'
import * as keys from '#shared/table/design/keys.ts'
import { check, openTable } from '#shared/table/engine.ts'

/** What came in, on which connection. */
let asked: { readonly connection: Socket; readonly body: string }[] = []

/**
 * Plays a service that has closed every connection it answered once, as a service does with a function that stood still for minutes: what is
 * sent on it then is answered by a reset.
 */
async function answerOnce(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket: connection } = request
  const isStale = asked.some((each) => each.connection === connection)
  asked.push({ connection, body: Buffer.concat(await request.toArray()).toString() })
  if (isStale) connection.resetAndDestroy()
  else response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}')
}
const server = createServer((request, response) => void answerOnce(request, response))

let endpoint: string
beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listen(server)}`
  const values = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_ENDPOINT_URL: endpoint }
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value)
})
beforeEach(() => {
  asked = []
})
afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await close(server, 0)
})

const connectionsUsed = () => new Set(asked.map(({ connection }) => connection)).size

test('a write over a stale connection is resent over another one, with the same token', async () => {
  const table = openTable({ settings: { TABLE_NAME: 'atrium' } })
  const write = () => table.write(check(keys.workspace('ws_1'), exists('pk')))

  await write()
  await write()

  const [, second, again] = asked.map(({ body }) => JSON.parse(body).ClientRequestToken)
  expect(asked).toHaveLength(3)
  expect(again).toBe(second)
  expect(connectionsUsed()).toBe(2)
})

test('a write gets past all stale connections, however many there are', async () => {
  const table = openTable({ settings: { TABLE_NAME: 'atrium' } })
  const write = () => table.write(check(keys.workspace('ws_1'), exists('pk')))
  await Promise.all(Array.from({ length: 6 }, write))
  const before = asked.length

  await write()

  const tokens = asked.slice(before).map(({ body }) => JSON.parse(body).ClientRequestToken)
  expect(tokens.length).toBeGreaterThan(4)
  expect(new Set(tokens).size).toBe(1)
})

test('a read over a stale connection is resent', async () => {
  const table = openTable({ settings: { TABLE_NAME: 'atrium' } })
  const read = () => table.query({ pk: 'a' } as never)

  await read()
  await read()

  expect(asked).toHaveLength(3)
  expect(asked[2]?.body).toBe(asked[1]?.body)
})

test('a message over a stale connection is resent', async () => {
  const logger = { warn: vi.fn() }
  const queue = openQueue({ settings: { DELETION_QUEUE_URL: `${endpoint}/deletion` }, logger })
  const send = () => queue.enqueue('deletion', [{ deletionId: 'del_1' }])

  await send()
  await send()

  expect(asked).toHaveLength(3)
  expect(asked[2]?.body).toBe(asked[1]?.body)
  expect(logger.warn).not.toHaveBeenCalled()
})

test('a message gets past the stale connections of an earlier burst', async () => {
  const logger = { warn: vi.fn() }
  const queue = openQueue({ settings: { DELETION_QUEUE_URL: `${endpoint}/deletion` }, logger })
  await queue.enqueue(
    'deletion',
    Array.from({ length: 60 }, (_, i) => ({ deletionId: `del_${i}` })),
  )

  await queue.enqueue('deletion', [{ deletionId: 'del_1' }])

  expect(logger.warn).not.toHaveBeenCalled()
})
