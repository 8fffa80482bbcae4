import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { answers } from '#infra/local/dynamodb/dynamodb.ts'
import { close, listen } from '#infra/local/ports.ts'
import { eventually } from '#infra/local/processes.ts'
import { accountOf, callerWith, invite, servicesOf, setFaults, signedIn, subjectsTo } from './caller.ts'
import { runService } from './run-service.ts'
import { processesOn, temporaryDataDir } from './temp.ts'

/** Waits for as many e-mails to an address, and gives their number a little later, so that one too many is seen. */
async function mailsTo(url: string, address: string, count: number): Promise<number> {
  await eventually(async () => (await subjectsTo(url, address)).length >= count, 60_000)
  await new Promise((resolve) => setTimeout(resolve, 300))
  return (await subjectsTo(url, address)).length
}

/** The process id of the database of a DATA_DIR. */
const databaseOn = (dataDir: string): number => processesOn(dataDir)[0]!.pid

/** A service on the tests' database: it starts in a second. */
async function quickService(settings: Record<string, string> = {}) {
  const dataDir = await temporaryDataDir()
  const tableName = `local-${Math.random().toString(36).slice(2)}`
  const service = runService({ DATA_DIR: dataDir, DYNAMODB_ENDPOINT: inject('dynamodbEndpoint'), TABLE_NAME: tableName, ...settings })
  return { service, dataDir, tableName, url: await service.ready }
}

test('a fresh start delivers an invitation, and SIGTERM leaves nothing running', async () => {
  const dataDir = await temporaryDataDir()
  const service = runService({ DATA_DIR: dataDir })
  const url = await service.ready

  const { dynamodb, ...services } = await servicesOf(url)
  const ann = await signedIn(url, 'ann@example.com')
  await invite(ann, await accountOf(ann), 'bob@example.com')
  const mails = await mailsTo(url, 'BOB@example.com', 1)

  expect(services).toMatchObject({
    api: `${url}/v1`,
    emails: `${url}/local/emails`,
    charges: `${url}/local/charges`,
    clientId: 'atrium-local',
  })
  expect(mails).toBe(1)
  const credentials = { accessKeyId: dynamodb.accessKeyId, secretAccessKey: 'any' }
  const tables = await new DynamoDBClient({ ...dynamodb, credentials }).send(new ListTablesCommand({}))
  expect(tables.TableNames).toEqual([dynamodb.tableName])
  expect(processesOn(dataDir)).toHaveLength(1)

  service.send('SIGTERM')
  const { code, output } = await service.ended

  expect([code, output]).toEqual([0, `ready ${url}\n`])
  expect(processesOn(dataDir)).toEqual([])
  for (const endpoint of [dynamodb.endpoint, services.issuer, url]) await expect(fetch(endpoint)).rejects.toThrow()
})

test('a SIGKILL loses nothing that was acknowledged: data, tokens, e-mails and queued work', async () => {
  const dataDir = await temporaryDataDir()
  const settings = { DATA_DIR: dataDir, CLEANUP_INTERVAL_SECONDS: '1' }
  const first = runService(settings)
  const before = await first.ready
  const ann = await signedIn(before, 'ann@example.com')
  const workspaceId = await accountOf(ann)
  await invite(ann, workspaceId, 'bob@example.com')
  await mailsTo(before, 'bob@example.com', 1)
  await setFaults(before, { queue: 'lose' })
  await invite(ann, workspaceId, 'carl@example.com')
  const { dynamodb } = await servicesOf(before)

  first.send('SIGKILL')
  await first.ended
  expect(await answers(dynamodb.endpoint)).toBe(true)
  const after = await runService(settings).ready

  expect((await servicesOf(after)).dynamodb).toEqual(dynamodb)
  const same = await callerWith(after, ann.token).request('GET', `/workspaces/${workspaceId}`)
  expect([same.status, same.body.id]).toEqual([200, workspaceId])
  expect(await mailsTo(after, 'bob@example.com', 1)).toBe(1)
  expect(await mailsTo(after, 'carl@example.com', 1)).toBe(1)
})

test('a database that dies is started again with its data, and said once', async () => {
  const dataDir = await temporaryDataDir()
  const settings = { DATA_DIR: dataDir, TMPDIR: dataDir }
  const before = runService(settings)
  const workspaceId = await accountOf(await signedIn(await before.ready, 'ann@example.com'))
  before.send('SIGTERM') // with it, all is on disk
  await before.ended
  const service = runService(settings)
  const url = await service.ready
  const ann = await signedIn(url, 'ann@example.com')
  const { dynamodb } = await servicesOf(url)
  const died = databaseOn(dataDir)

  process.kill(died, 'SIGKILL')
  await eventually(async () => processesOn(dataDir).some(({ pid }) => pid !== died) && (await answers(dynamodb.endpoint)), 60_000)

  const same = await ann.request('GET', `/workspaces/${workspaceId}`)
  expect([same.status, same.body.id]).toEqual([200, workspaceId])
  service.send('SIGTERM')
  const { code, output } = await service.ended
  const said = output.split('\n').filter((line) => line.startsWith('The database'))
  expect([code, said]).toEqual([0, [`The database (process ${died}) has ended. It was started again on its data.`]])
  expect(processesOn(dataDir)).toEqual([])
})

test('a database that dies and cannot be started again ends the service, which says why', async () => {
  const dataDir = await temporaryDataDir()
  const JAVA_HOME = join(dataDir, 'java')
  await mkdir(join(JAVA_HOME, 'bin'), { recursive: true })
  await writeFile(join(JAVA_HOME, 'bin/java'), '#!/bin/sh\nexec java "$@"\n', { mode: 0o755 })
  const service = runService({ DATA_DIR: dataDir, TMPDIR: dataDir, JAVA_HOME })
  await service.ready

  await rm(JAVA_HOME, { recursive: true })
  process.kill(databaseOn(dataDir), 'SIGKILL')
  const { code, output } = await service.ended

  const why = expect.stringMatching(/^The database has ended and cannot be started again: The local database needs Java 17/)
  const said = output.split('\n').filter((line) => line.startsWith('The database'))
  expect([code, said]).toEqual([1, [why]])
})

test('an e-mail that SES refuses arrives later, a duplicated one at most twice, and a lost one arrives all the same', async () => {
  const { url } = await quickService({ CLEANUP_INTERVAL_SECONDS: '1' })
  const ann = await signedIn(url, 'ann@example.com')
  const workspaceId = await accountOf(ann)

  await setFaults(url, { ses: 'refuse', queue: 'duplicate' })
  await invite(ann, workspaceId, 'twice@example.com')
  const refused = await mailsTo(url, 'twice@example.com', 0)
  expect((await setFaults(url, { ses: null })).status).toBe(204)
  const twice = await mailsTo(url, 'twice@example.com', 1)
  await setFaults(url, { queue: 'lose' })
  await invite(ann, workspaceId, 'lost@example.com')
  const lost = await mailsTo(url, 'lost@example.com', 1)

  expect({ refused, lost }).toEqual({ refused: 0, lost: 1 })
  expect([1, 2]).toContain(twice) // a redelivery may send one more, with a link that is good too
})

test('an unknown fault and an unknown route are problems', async () => {
  const { url } = await quickService()

  const fault = await setFaults(url, { ses: 'explode' })
  const route = await fetch(`${url}/local/nothing`)

  expect([fault.status, fault.headers.get('content-type')]).toEqual([400, 'application/problem+json'])
  expect(await fault.json()).toMatchObject({
    code: 'invalid_request',
    errors: [{ pointer: '/ses' }],
    requestId: fault.headers.get('x-request-id'),
  })
  expect([route.status, ((await route.json()) as { code: string }).code]).toEqual([404, 'not_found'])
  expect(await (await fetch(`${url}/local/charges?workspaceId=ws_1`)).json()).toEqual([])
})

test('the same e-mail is the same account on another DATA_DIR and port', async () => {
  const { url, tableName } = await quickService()
  const accessKey = (await servicesOf(url)).dynamodb
  const first = await (await signedIn(url, 'ann@example.com')).request<{ account: { id: string } }>('POST', '/accounts', {})
  const other = await quickService()
  const second = await (await signedIn(other.url, 'ANN@example.com')).request<{ account: { id: string } }>('POST', '/accounts', {})

  expect(accessKey.tableName).toBe(tableName)
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.body.account.id).toBe(first.body.account.id)
})

test('a second service on the same DATA_DIR is refused with one clear line, and the first keeps running', async () => {
  const { url, dataDir } = await quickService()

  const { code, output } = await runService({ DATA_DIR: dataDir }).ended

  expect([code, output.trim().split('\n')]).toEqual([
    1,
    [expect.stringContaining(`DATA_DIR ${dataDir} is in use by another Atrium service`)],
  ])
  expect((await fetch(`${url}/v1/health`)).status).toBe(200)
})

test('a taken port is reported in one clear line, and nothing is left running', async () => {
  const dataDir = await temporaryDataDir()
  const server = createServer()
  const port = await listen(server)
  onTestFinished(() => close(server))

  const { code, output } = await runService({ DATA_DIR: dataDir, PORT: String(port) }).ended

  expect([code, output.trim().split('\n')]).toEqual([1, [expect.stringContaining(`PORT ${port} is taken`)]])
  expect(processesOn(dataDir)).toEqual([])
})

test.for([
  ['PORT', '70000'],
  ['PORT', 'http'],
  ['CLEANUP_INTERVAL_SECONDS', '0'],
  ['APP_URL', 'app.example.com'],
  ['INVITATION_TTL_SECONDS', '7 days'],
  ['DYNAMODB_ENDPOINT', 'http://127.0.0.1:9'],
  ['DATA_DIR', '/dev/null/data'],
  ['JAVA_HOME', '/nowhere'],
] as const)('%s=%s is refused with one line that names it', async ([name, value]) => {
  const { code, output } = await runService({ DATA_DIR: await temporaryDataDir(), [name]: value }).ended

  expect([code, output.trim().split('\n')]).toEqual([1, [expect.stringContaining(name === 'JAVA_HOME' ? '/nowhere/bin/java' : name)]])
})

test('a signal during the start, even repeated, stops it cleanly', async () => {
  const dataDir = await temporaryDataDir()
  const service = runService({ DATA_DIR: dataDir })
  await eventually(() => processesOn(dataDir).length > 0, 60_000)

  service.send('SIGINT')
  service.send('SIGTERM')
  const { code, output } = await service.ended

  expect([code, output]).toEqual([0, ''])
  expect(processesOn(dataDir)).toEqual([])
})
