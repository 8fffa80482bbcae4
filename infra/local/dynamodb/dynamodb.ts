import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, loopback } from '../ports.ts'
import { eventually, findProcess, listProcesses } from '../processes.ts'
import { StartFailure } from '../start-failure.ts'
import { dynamoDbArguments, isShutToPages, portOfDynamoDb, type Storage } from './command.ts'
import { findJava, type Java } from './java.ts'

/** A running DynamoDB. `adopted`: an earlier service started it. `stop` shuts it down gracefully and waits; no completed write is lost. */
export interface Database {
  readonly endpoint: string
  readonly adopted: boolean
  /** False if other machines can reach it; then only its access key guards it. */
  readonly loopbackOnly: boolean
  readonly pid: number | undefined
  isRunning(): boolean
  stop(): Promise<void>
}

/** How long DynamoDB Local may take to start or to stop, in milliseconds. On two cores it takes 4 s and 0.4 s. */
const databaseTimeoutMs = 60_000

/** Whether a DynamoDB answers at this endpoint, whatever tables it has. */
export async function answers(endpoint: string): Promise<boolean> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=probe/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none'
  const headers = { authorization, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.ListTables' }
  try {
    const answer = await fetch(endpoint, { method: 'POST', headers, body: '{}', signal: AbortSignal.timeout(10_000) })
    return (await answer.text()).includes('TableNames')
  } catch {
    return false
  }
}

const endpointOf = (port: number) => `http://${loopback}:${port}`

/**
 * Finds the process that has this folder open. The process table is our record: it is never stale, and a crash between starting the process
 * and writing a note loses nothing.
 */
const findDatabase = (folder: string) =>
  listProcesses()
    .map(({ pid, command }) => ({ pid, command, port: portOfDynamoDb(command, folder) }))
    .find((found): found is typeof found & { port: number } => found.port !== undefined)

/**
 * Starts DynamoDB Local on a folder of DATA_DIR, or takes over the one that outlived a killed service: two on the same folder would corrupt
 * it. It runs in its own process group, so that neither Ctrl-C nor the death of the service reaches it; only `stop` does. Throws a
 * `StartFailure` if Java is missing or the database does not come up. The caller must hold the lock on DATA_DIR. `port`: a free one if left
 * out.
 */
export async function startDatabase(dataDir: string, port?: number): Promise<Database> {
  const folder = join(dataDir, 'dynamodb')
  mkdirSync(folder, { recursive: true })
  const adopted = await adopt(folder)
  if (adopted) return adopted
  const { pid, loopbackOnly, ...launched } = await launch({ folder }, { logFile: join(dataDir, 'dynamodb.log'), port })
  return { endpoint: endpointOf(launched.port), adopted: false, loopbackOnly, ...processOn(folder, pid) }
}

async function adopt(folder: string): Promise<Database | undefined> {
  const found = findDatabase(folder)
  if (!found) return undefined
  if (!isShutToPages(found.command)) {
    await end(found.pid, folder)
    return adopt(folder)
  }
  const endpoint = endpointOf(found.port)
  await eventually(async () => findDatabase(folder)?.pid !== found.pid || (await answers(endpoint)), databaseTimeoutMs)
  if (findDatabase(folder)?.pid !== found.pid) return adopt(folder)
  if (!(await answers(endpoint)))
    throw new StartFailure(`Process ${found.pid} has ${folder} open and does not answer: end it (kill ${found.pid}), then start again`)
  const loopbackOnly = !found.command.includes('-jar')
  return { endpoint, adopted: true, loopbackOnly, ...processOn(folder, found.pid) }
}

const processOn = (folder: string, pid: number) => ({
  pid,
  isRunning: () => portOfDynamoDb(findProcess(pid)?.command ?? [], folder) !== undefined,
  stop: () => end(pid, folder),
})

/** Asks a database to shut down and waits for it. Killed with SIGKILL, it can lose its last transactions. */
async function end(pid: number, folder: string): Promise<void> {
  const running = () => findDatabase(folder)?.pid === pid
  if (running()) process.kill(pid, 'SIGTERM')
  if (!(await eventually(() => !running(), databaseTimeoutMs)))
    console.error(`The database (process ${pid}) is still writing; it ends by itself`)
}

/**
 * Starts DynamoDB Local in memory, for tests: one database for any credentials, gone when its process ends. It runs in the process group of
 * its caller, who must stop it.
 */
export async function startDatabaseInMemory(): Promise<Database> {
  const { child, pid, port, loopbackOnly } = await launch('memory')
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    if (child.kill('SIGTERM')) await ended
  }
  return { endpoint: endpointOf(port), adopted: false, loopbackOnly, pid, isRunning: () => !hasEnded(child), stop }
}

interface Launch {
  readonly logFile?: string | undefined
  /** Left out: a free one. */
  readonly port?: number | undefined
}

/** Starts the process and waits until it answers. Tries again, on another port if it may, if something else took the port meanwhile. */
async function launch(storage: Storage, { logFile, port: wanted }: Launch = {}, attempts = 3) {
  const java = await findJava()
  const port = wanted ?? (await freePort())
  const child = logFile === undefined ? run(java, { storage, port, output: 'ignore' }) : detach(java, { storage, port, logFile })
  await eventually(async () => hasEnded(child) || (await answers(endpointOf(port))), databaseTimeoutMs)
  if (child.pid !== undefined && !hasEnded(child)) return { child, pid: child.pid, port, loopbackOnly: java.compiles }
  if (attempts > 1) return await launch(storage, { logFile, port: wanted }, attempts - 1)
  throw new StartFailure(`DynamoDB Local ends as soon as it starts${logFile === undefined ? '' : `: see ${logFile}`}`)
}

function run(
  java: Java,
  { storage, port, output, detached = false }: { storage: Storage; port: number; output: 'ignore' | number; detached?: boolean },
): ChildProcess {
  const child = spawn(java.command, dynamoDbArguments(java, storage, port), { detached, stdio: ['ignore', output, output] })
  child.on('error', () => {}) // it then has no pid, and `launch` reports that
  return child
}

/** Runs it detached from this process: in its own process group, writing to a file, not waited for. */
function detach(java: Java, { storage, port, logFile }: { storage: Storage; port: number; logFile: string }): ChildProcess {
  const log = openSync(logFile, 'a', 0o600)
  const child = run(java, { storage, port, output: log, detached: true })
  closeSync(log)
  child.unref()
  return child
}

const hasEnded = (child: ChildProcess) => child.pid === undefined || child.exitCode !== null || child.signalCode !== null
