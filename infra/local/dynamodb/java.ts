import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { StartFailure } from '../start-failure.ts'

/** What the machine's Java can do. `compiles`: it is a JDK, which runs a Java source file directly. */
export interface Java {
  readonly command: string
  readonly version: number
  readonly compiles: boolean
}

const remedy =
  'install one (Debian, Ubuntu: apt-get install default-jdk-headless; macOS: brew install openjdk), or set DYNAMODB_ENDPOINT to a DynamoDB Local that runs already'

/**
 * Finds Java through JAVA_HOME, otherwise on the PATH. If it is missing or older than 17, throws a `StartFailure` that says how to get one.
 */
export async function findJava(env: Readonly<Record<string, string | undefined>> = process.env): Promise<Java> {
  const command = env.JAVA_HOME ? `${env.JAVA_HOME}/bin/java` : 'java'
  const modules = await listModules(command)
  const version = Number(/^java\.base@(\d+)/m.exec(modules)?.[1] ?? 0)
  if (version < 17) throw new StartFailure(`The local database needs Java 17 or newer, and \`${command}\` is not: ${remedy}`)
  return { command, version, compiles: /^jdk\.compiler@/m.test(modules) }
}

/** `java --list-modules`: version and modules in one call. Empty if there is no Java, or one too old to know the option. */
async function listModules(command: string): Promise<string> {
  try {
    return (await promisify(execFile)(command, ['--list-modules'])).stdout
  } catch {
    return ''
  }
}
