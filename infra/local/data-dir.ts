import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StartFailure } from './start-failure.ts'

/**
 * Makes DATA_DIR, for its owner alone (it holds a signing key and e-mails with live links), and returns its one true path.
 * A path that cannot be made or written to is a `StartFailure`.
 */
export function openDataDir(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const dataDir = realpathSync(resolve(path))
    writeFileSync(join(dataDir, '.gitignore'), '*\n')
    return dataDir
  } catch (error) {
    throw new StartFailure(`DATA_DIR ${path} cannot be used: ${error instanceof Error ? error.message : error}`)
  }
}

/** Writes a value as JSON, for its owner alone: whole or not at all, also where the process is killed meanwhile. */
export function writeJson(path: string, value: unknown): void {
  const fresh = `${path}.new`
  writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}

/** Reads what `writeJson` wrote; undefined where there is nothing yet. A file that is not JSON is a `StartFailure` that names it. */
export function readJson<T>(path: string): T | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as T
  } catch {
    throw new StartFailure(`${path} is damaged (not JSON): remove it, or start with another DATA_DIR`)
  }
}

/** A value that is made once per DATA_DIR and then stays (a key, a secret): reads it, or makes and keeps it. */
export async function readOrCreate<T>(path: string, make: () => T | Promise<T>): Promise<T> {
  const known = readJson<T>(path)
  if (known !== undefined) return known
  const made = await make()
  writeJson(path, made)
  return made
}
