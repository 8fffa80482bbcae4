import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readOrCreate } from '../data-dir.ts'
import type { LocalSettings } from '../local-settings.ts'
import { StartFailure } from '../start-failure.ts'
import { answers, startDatabase } from './dynamodb.ts'
import { keepRunning } from './keep-running.ts'

/** The service's database and how to reach it. */
export interface ServiceDatabase {
  readonly endpoint: string
  /** Random, kept in DATA_DIR. With any other key, a database that we started looks empty. */
  readonly accessKeyId: string
  /** Resolves when it has ended and cannot be started again. */
  readonly lost: Promise<StartFailure>
  stop(): Promise<void>
}

/** Starts (or takes over) the database of DATA_DIR, or uses the one at DYNAMODB_ENDPOINT, which `stop` then leaves running. */
export async function openDatabase({ DYNAMODB_ENDPOINT }: LocalSettings, dataDir: string): Promise<ServiceDatabase> {
  const accessKeyId = await readOrCreate(join(dataDir, 'access-key.json'), () => `atrium${randomBytes(16).toString('hex')}`)
  const database = DYNAMODB_ENDPOINT ? await given(DYNAMODB_ENDPOINT) : await own(dataDir)
  return { ...database, accessKeyId }
}

async function own(dataDir: string) {
  const database = await startDatabase(dataDir)
  if (!database.loopbackOnly)
    console.error('This Java is not a JDK, so DynamoDB Local listens on all interfaces; only its secret access key protects the data')
  const { port } = new URL(database.endpoint)
  return keepRunning(database, () => startDatabase(dataDir, Number(port)))
}

async function given(endpoint: string) {
  if (!(await answers(endpoint))) throw new StartFailure(`DYNAMODB_ENDPOINT: no DynamoDB answers at ${endpoint}`)
  return { endpoint, lost: new Promise<never>(() => {}), stop: async () => {} }
}
