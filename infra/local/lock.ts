import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartFailure } from './start-failure.ts'

/**
 * Locks DATA_DIR for this service, until `stop` or until the process ends, however it ends.
 *
 * It is SQLite's exclusive lock on a file in the folder. The operating system grants and releases it, so that two starts cannot race and a
 * killed service leaves no stale lock. Throws a `StartFailure` if another service holds it.
 */
export function lockDataDir(dataDir: string): { stop(): Promise<void> } {
  const file = new DatabaseSync(join(dataDir, 'lock.sqlite'), { timeout: 0 })
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    file.close()
    throw new StartFailure(refusal(dataDir, error))
  }
  return { stop: async () => file.close() }
}

function refusal(dataDir: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return reason.includes('locked')
    ? `DATA_DIR ${dataDir} is in use by another Atrium service: stop that one, or set DATA_DIR to another folder`
    : `DATA_DIR ${dataDir} cannot be locked: ${reason}`
}
