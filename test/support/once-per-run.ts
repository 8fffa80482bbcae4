import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inject } from 'vitest'

/** Takes a lock if it is free. */
function take(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Makes something (JSON) once for all test files of a run; those that need it meanwhile wait. `make` gets a folder that lasts as long as
 * the run. If it fails, the next one that needs it tries again, so that each fails with the reason.
 */
export async function oncePerRun<T>(name: string, make: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(inject('shared'), name)
  const [file, lock] = [`${folder}.json`, `${folder}.lock`]
  for (;;) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
    if (take(lock)) break
    await pause(20)
  }
  try {
    if (!existsSync(file)) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${file}.new`, JSON.stringify(await make(folder)))
      renameSync(`${file}.new`, file)
    }
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } finally {
    rmdirSync(lock)
  }
}
