import type { TestProject } from 'vitest/node'
import { answers, startDatabaseInMemory } from '#infra/local/dynamodb.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the tests' DynamoDB Local listens; every test makes its own table there. */
    dynamodbEndpoint: string
  }
}

/** Starts one DynamoDB Local for the whole run, or uses the one of DYNAMODB_ENDPOINT. Called once by vitest; returns how to stop it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.DYNAMODB_ENDPOINT
  if (given && !(await answers(given))) throw new Error(`DYNAMODB_ENDPOINT: no DynamoDB answers at ${given}`)
  const database = given ? undefined : await startDatabaseInMemory()
  project.provide('dynamodbEndpoint', given || (database?.endpoint ?? ''))
  return async () => database?.stop()
}
