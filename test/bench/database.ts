import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { Context } from 'aws-lambda'
import { answers, startDatabaseInMemory } from '#infra/local/dynamodb/dynamodb.ts'
import { createWorld, type World } from '#test/support/world.ts'

/** A client of the benchmark's own DynamoDB, as plain code would make one. */
export type ClientOf = (settings?: DynamoDBClientConfig) => DynamoDBClient

/** Runs a benchmark over a DynamoDB Local of its own (or that of DYNAMODB_ENDPOINT), which ends with it. */
export async function onDatabase(run: (clientOf: ClientOf, endpoint: string) => Promise<void>): Promise<void> {
  const given = process.env.DYNAMODB_ENDPOINT
  if (given && !(await answers(given))) throw new Error(`DYNAMODB_ENDPOINT: no DynamoDB answers at ${given}`)
  const database = given ? undefined : await startDatabaseInMemory()
  const endpoint = given || (database?.endpoint ?? '')
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
  try {
    await run((settings = {}) => new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials, ...settings }), endpoint)
  } finally {
    await database?.stop()
  }
}

/** A whole Atrium on a table of its own, as the tests have it, over a client of the benchmark. */
export const worldOn = (clientOf: ClientOf, settings: Record<string, string> = {}): Promise<World> => createWorld(settings, clientOf())

/** The context of a function that has time. */
export const contextOf = (): Context => ({ awsRequestId: 'bench', getRemainingTimeInMillis: () => 30_000 }) as Context
