import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { dynamoDbArguments } from '#infra/local/dynamodb/command.ts'
import { answers, type Database, startDatabase } from '#infra/local/dynamodb/dynamodb.ts'
import { findJava } from '#infra/local/dynamodb/java.ts'
import { lockDataDir } from '#infra/local/lock.ts'
import { freePort } from '#infra/local/ports.ts'
import { eventually, listProcesses } from '#infra/local/processes.ts'
import { tableDefinition } from '#shared/table/design/table-definition.ts'
import { temporaryDataDir } from './temp.ts'

const isRunning = (pid: number | undefined) => listProcesses().some((process) => process.pid === pid && process.command.length > 0)

async function databaseOn(dataDir: string): Promise<Database> {
  const database = await startDatabase(dataDir)
  onTestFinished(() => database.stop())
  return database
}

const clientOf = ({ endpoint }: Database, accessKeyId = 'key') =>
  new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'any' }, maxAttempts: 1 })

/** Runs lines of a module in a process of its own, which prints when it is done and then waits to be killed. */
async function inAnotherProcess(lines: string): Promise<{ output: string; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${lines}\nsetInterval(() => {}, 1000)`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  const output = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim()))),
    ended.then(() => Promise.reject(new Error('The process has ended and printed nothing'))),
  ])
  return { output, kill }
}

const moduleOf = (name: string) => JSON.stringify(new URL(`../../infra/local/${name}`, import.meta.url).href)

test('a database outlives a killed service, and the next service takes it over with its data', async () => {
  const dataDir = await temporaryDataDir()
  const start = `const { startDatabase } = await import(${moduleOf('dynamodb/dynamodb.ts')}); console.log((await startDatabase(${JSON.stringify(dataDir)})).endpoint)`
  const first = await inAnotherProcess(start)
  const client = clientOf({ endpoint: first.output } as Database)
  await client.send(new CreateTableCommand(tableDefinition('atrium')))
  await client.send(new PutItemCommand({ TableName: 'atrium', Item: { pk: { S: 'a' }, sk: { S: 'b' } } }))

  await first.kill()
  const second = await databaseOn(dataDir)

  expect(second).toMatchObject({ adopted: true, endpoint: first.output })
  const { Item } = await client.send(new GetItemCommand({ TableName: 'atrium', Key: { pk: { S: 'a' }, sk: { S: 'b' } } }))
  expect(Item).toBeDefined()
  await second.stop()
  expect([isRunning(second.pid), await answers(second.endpoint)]).toEqual([false, false])
  const third = await databaseOn(dataDir)
  expect(third.adopted).toBe(false)
  expect((await clientOf(third).send(new ListTablesCommand({}))).TableNames).toEqual(['atrium'])
})

test('a database that an earlier version left open to web pages is restarted with its data', async () => {
  const dataDir = await temporaryDataDir()
  const java = await findJava()
  const port = await freePort()
  const shut = dynamoDbArguments(java, { folder: join(dataDir, 'dynamodb') }, port)
  await mkdir(join(dataDir, 'dynamodb'))
  const before = spawn(
    java.command,
    shut.filter((part) => !['-cors', 'none'].includes(part)),
    { stdio: 'ignore' },
  )
  const endpoint = `http://127.0.0.1:${port}`
  await eventually(() => answers(endpoint), 60_000)
  await clientOf({ endpoint } as Database).send(new CreateTableCommand(tableDefinition('atrium')))

  const after = await databaseOn(dataDir)

  expect([after.adopted, isRunning(before.pid)]).toEqual([false, false])
  expect((await clientOf(after).send(new ListTablesCommand({}))).TableNames).toEqual(['atrium'])
})

test('a database is reachable from this machine only, and shows its tables only to the access key that created them', async () => {
  const database = await databaseOn(await temporaryDataDir())
  await clientOf(database, 'mine').send(new CreateTableCommand(tableDefinition('atrium')))
  const { compiles } = await findJava()
  const outside = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter((it) => !it.internal && it.family === 'IPv4'),
  )

  expect((await clientOf(database, 'another').send(new ListTablesCommand({}))).TableNames).toEqual([])
  expect(database.loopbackOnly).toBe(compiles)
  if (compiles) for (const { address } of outside) expect(await answers(database.endpoint.replace('127.0.0.1', address))).toBe(false)
})

test('without Java 17 or newer the start fails with one clear line', async () => {
  const home = join(await temporaryDataDir(), 'java')
  await mkdir(join(home, 'bin'), { recursive: true })
  await writeFile(join(home, 'bin/java'), '#!/bin/sh\necho java.base@11.0.2\n', { mode: 0o755 })

  for (const JAVA_HOME of [home, '/nowhere'])
    await expect(findJava({ JAVA_HOME })).rejects.toThrow(
      /^The local database needs Java 17 or newer, and .* install one \(.*DYNAMODB_ENDPOINT/,
    )
})

test('only one service at a time can use a DATA_DIR, and a killed one frees it', async () => {
  const dataDir = await temporaryDataDir()
  const take = `const { lockDataDir } = await import(${moduleOf('lock.ts')}); globalThis.lock = lockDataDir(${JSON.stringify(dataDir)}); console.log('held')`
  const other = await inAnotherProcess(take)

  expect(() => lockDataDir(dataDir)).toThrow(`DATA_DIR ${dataDir} is in use by another Atrium service`)
  await other.kill()
  const lock = lockDataDir(dataDir)
  expect(() => lockDataDir(dataDir)).toThrow('in use')
  await lock.stop()
  await lockDataDir(dataDir).stop()
})

test('of many services that start on one DATA_DIR concurrently, one gets it', async () => {
  const dataDir = await temporaryDataDir()
  const script = `const { lockDataDir } = await import(${moduleOf('lock.ts')})
    try { globalThis.lock = lockDataDir(${JSON.stringify(dataDir)}); console.log('held') } catch (error) { console.log(error.name) }`

  const outcomes = (await Promise.all(Array.from({ length: 6 }, () => inAnotherProcess(script)))).map(({ output }) => output)

  expect(outcomes.sort()).toEqual(['StartFailure', 'StartFailure', 'StartFailure', 'StartFailure', 'StartFailure', 'held'])
})
