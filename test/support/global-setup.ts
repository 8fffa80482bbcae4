import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { answers, startDatabaseInMemory } from '#infra/local/dynamodb/dynamodb.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the tests' DynamoDB Local listens; every test makes its own table there. */
    dynamodbEndpoint: string
    /** A folder of this run, in which the tests write down what functions do to AWS. */
    recordings: string
    /** Whether this run does all that functions are seen doing: every test that may run one. */
    doesEverything: boolean
  }
}

/** The folders whose tests run no function of Atrium in a world of theirs. */
const quiet = ['domain', 'infra', 'deployed', 'local', 'privileges', 'simulation', 'page', 'operate']

/** Every test that may run a function, none of them left out by name. */
function doesEverything({ vitest }: TestProject): boolean {
  const running = new Set(vitest.state.getPaths())
  const wanted = globSync('test/*/**/*.test.ts', { cwd: vitest.config.root, exclude: quiet.map((folder) => `test/${folder}/**`) })
  return !vitest.config.testNamePattern && wanted.every((file) => running.has(resolve(vitest.config.root, file)))
}

/** Starts one DynamoDB Local for the whole run, or uses the one of DYNAMODB_ENDPOINT. Called once by vitest; returns how to stop it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.DYNAMODB_ENDPOINT
  if (given && !(await answers(given))) throw new Error(`DYNAMODB_ENDPOINT: no DynamoDB answers at ${given}`)
  const database = given ? undefined : await startDatabaseInMemory()
  project.provide('dynamodbEndpoint', given || (database?.endpoint ?? ''))
  const recordings = mkdtempSync(join(tmpdir(), 'atrium-recordings-'))
  project.provide('recordings', recordings)
  project.provide('doesEverything', doesEverything(project))
  return async () => {
    rmSync(recordings, { recursive: true, force: true })
    await database?.stop()
  }
}
