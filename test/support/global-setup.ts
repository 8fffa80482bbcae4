import type { TestProject } from 'vitest/node'
import { answers, startDatabaseInMemory } from '#infra/local/dynamodb/dynamodb.ts'
import { openRunFolder } from './run-folder.ts'
import { filesRunningFunctions, folderOf } from './running-functions.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the tests' DynamoDB Local listens; every test makes its own table there. */
    dynamodbEndpoint: string
    /** A folder of this run, in which the tests write down what functions do to AWS. */
    recordings: string
    /** A folder of this run, in which lies what is made once for all tests. */
    shared: string
    /** Whether this run does all that functions are seen doing: every test that may run one. */
    doesEverything: boolean
  }
}

/** The folders whose tests ask no database, so that they start at once. */
const withoutDatabase = ['domain', 'payments', 'tokens', 'privileges']

const needsDatabase = ({ vitest }: TestProject): boolean =>
  vitest.state.getPaths().some((file) => !withoutDatabase.includes(folderOf(file)))

/** Every test that may run a function, none of them left out by name. */
function doesEverything({ vitest }: TestProject): boolean {
  const running = new Set(vitest.state.getPaths())
  return !vitest.config.testNamePattern && filesRunningFunctions().every((file) => running.has(file))
}

/** Starts one DynamoDB Local for the whole run where a test needs it, or uses the one of DYNAMODB_ENDPOINT. Called once by vitest; returns how to stop it. */
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
