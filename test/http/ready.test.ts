import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { close, listen } from '#infra/local/ports.ts'
import { ready } from '#shared/ready.ts'
import * as keys from '#shared/table/design/keys.ts'
import { openTable } from '#shared/table/engine.ts'
import { openIssuer } from '#test/support/issuer.ts'

/** Plays DynamoDB: every call is answered that nothing is there, on a connection that is kept. */
const played = { connections: 0, calls: [] as string[] }
const server = createServer(({ headers, resume }, response) => {
  resume.call(response.req)
  played.calls.push(String(headers['x-amz-target']).split('.')[1] ?? '')
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{"Responses":{},"Endpoints":[]}')
}).on('connection', () => played.connections++)

let endpoint: string
beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listen(server)}`
})
beforeEach(() => {
  Object.assign(played, { connections: 0, calls: [] })
  for (const [name, value] of Object.entries({ AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }))
    vi.stubEnv(name, value)
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', endpoint)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})
afterAll(async () => {
  server.closeAllConnections()
  await close(server, 0)
})

const noLog = () => ({ lines: [] as unknown[], warn: vi.fn() })
const read = (table: ReturnType<typeof openTable>) => table.get({ found: keys.workspace('ws_1') })
const never = { client: { send: () => new Promise<never>(() => {}) } as never }

test('the connections that the first event needs are opened before it', async () => {
  const table = openTable({ settings: { TABLE_NAME: 'atrium' } })

  await ready({ table, logger: noLog() }, { connections: 2, needsKeys: false })

  expect(played).toEqual({ connections: 2, calls: ['DescribeEndpoints', 'DescribeEndpoints'] })
  await Promise.all([read(table), read(table)])
  expect(played).toMatchObject({ connections: 2, calls: [expect.anything(), expect.anything(), 'BatchGetItem', 'BatchGetItem'] })
})

test('the issuer’s keys are fetched before the first token arrives, and not again for it', async () => {
  const issuer = await openIssuer()
  const table = openTable({ settings: { TABLE_NAME: 'atrium' } })

  await ready({ table, tokens: issuer.tokens, logger: noLog() }, { connections: 1, needsKeys: true })
  expect(issuer.fetches).toBe(1)
  await issuer.tokens.verify(await issuer.token())

  expect(issuer.fetches).toBe(1)
})

test('a function that receives no access tokens does not contact the issuer', async () => {
  const issuer = await openIssuer()

  await ready({ table: never, tokens: issuer.tokens, logger: noLog() }, { connections: 0, needsKeys: false })

  expect(issuer.fetches).toBe(0)
})

test('if neither can be reached, one line says so and the function starts; the next token fetches the keys again', async () => {
  const issuer = await openIssuer()
  issuer.fetchError = new Error('away')
  const logger = noLog()
  const table = { client: { send: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })) } as never }

  await ready({ table, tokens: issuer.tokens, logger }, { connections: 2, needsKeys: true })

  expect(logger.warn).toHaveBeenCalledTimes(1)
  expect(logger.warn).toHaveBeenCalledWith('not ready', { errors: [expect.anything(), expect.anything(), expect.anything()] })
  issuer.fetchError = undefined
  await expect(issuer.tokens.verify(await issuer.token())).resolves.toMatchObject({ email: 'ann@example.com' })
})

test('a refusal by DynamoDB is not a failure: it proves the connection', async () => {
  const logger = noLog()
  const refusal = Object.assign(new Error('denied'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } })

  await ready({ table: { client: { send: () => Promise.reject(refusal) } as never }, logger }, { connections: 1, needsKeys: false })

  expect(logger.warn).not.toHaveBeenCalled()
})

test('a silent service delays the start by a second at most', async () => {
  vi.useFakeTimers()
  const logger = noLog()
  const tokens = { verify: () => Promise.reject(new Error('Not asked')), fetchKeys: () => new Promise<never>(() => {}) }
  let isReady = false
  const starting = ready({ table: never, tokens, logger }, { connections: 1, needsKeys: true }).then(() => {
    isReady = true
  })

  await vi.advanceTimersByTimeAsync(900)
  expect(isReady).toBe(false)
  await vi.advanceTimersByTimeAsync(101)
  await starting

  expect(logger.warn).toHaveBeenCalledTimes(1)
})
