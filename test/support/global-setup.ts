import type { TestProject } from 'vitest/node'
import { answers, startDatabaseInMemory } from '#infra/local/dynamodb/dynamodb.ts'
import { openRunFolder } from './run-folder.ts'
import { filesRunningFunctions, folderOf } from './running-functions.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The endpoint of the tests' DynamoDB Local, in which every test creates its own table. */
    dynamodbEndpoint: string
    /** A folder of this run, to which tests write the AWS calls that functions make. */
    recordings: string
    /** A folder of this run, for what is made once for all tests. */
    shared: string
    /** Whether this run includes every test that may run a function, so that all their calls are seen. */
    doesEverything: boolean
  }
}

/** The folders whose tests use no database, so that they start at once. */
const withoutDatabase = ['domain', 'payments', 'tokens', 'privileges']

const needsDatabase = ({ vitest }: TestProject): boolean =>
  vitest.state.getPaths().some((file) => !withoutDatabase.includes(folderOf(file)))

/** Whether the run includes every test that may run a function, none filtered out by name. */
function doesEverything({ vitest }: TestProject): boolean {
  const running = new Set(vitest.state.getPaths())
  return !vitest.config.testNamePattern && filesRunningFunctions().every((file) => running.has(file))
}

/**
 * Starts one DynamoDB Local for the whole run if a test needs it, or uses the one at DYNAMODB_ENDPOINT. Vitest calls this once; it returns
 * how to stop it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.DYNAMODB_ENDPOINT
  if (given && !(await answers(given))) throw new Error(`DYNAMODB_ENDPOINT: no DynamoDB answers at ${given}`)
  const folder = openRunFolder()
  const database = given || !needsDatabase(project) ? undefined : await startDatabaseInMemory()
  project.provide('dynamodbEndpoint', given || (database?.endpoint ?? ''))
  project.provide('recordings', folder.recordings)
  project.provide('shared', folder.shared)
  project.onTestsRerun(() => folder.renew())
  project.provide('doesEverything', doesEverything(project))
  return async () => {
    await database?.stop()
    folder.close()
  }
}
