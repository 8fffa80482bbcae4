import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StartFailure } from './start-failure.ts'

/**
 * Creates DATA_DIR, readable by its owner only (it holds a signing key and e-mails with live links), and returns its real path. Throws a
 * `StartFailure` if the path cannot be created or written to.
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

/** Writes a value as JSON, readable by its owner only. The write is atomic, even if the process is killed meanwhile. */
export function writeJson(path: string, value: unknown): void {
  const fresh = `${path}.new`
  writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}

/** Reads what `writeJson` wrote; undefined if the file does not exist. Throws a `StartFailure` that names a file that is not JSON. */
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

/** Reads a value that is created once per DATA_DIR and then never changes (a key, a secret), or creates and stores it. */
export async function readOrCreate<T>(path: string, make: () => T | Promise<T>): Promise<T> {
  const known = readJson<T>(path)
  if (known !== undefined) return known
  const made = await make()
  writeJson(path, made)
  return made
}
