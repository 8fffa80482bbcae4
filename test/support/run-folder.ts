import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'atrium-tests-'

/** What a run of the tests keeps on disk. */
export interface RunFolder {
  /** To which tests write the AWS calls that functions make. */
  readonly recordings: string
  /** What is made once for all tests (once-per-run.ts). */
  readonly shared: string
  /** Drops what was made once, before the tests run again on other code. */
  renew(): void
  /** Removes all of it. Throws, naming it, if a test has left a temporary file. */
  close(): void
}

/** Whether a process is running, even one of another user. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Removes the folders of killed runs: the name of a run's folder contains its process id. */
function removeOrphans(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (pid && !isRunning(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

/**
 * Creates the folder of this run. From now on `os.tmpdir()` is inside it, here and in every process that is started, so that no temporary
 * file outlives the run, and leftovers of tests and libraries are found.
 */
export function openRunFolder(): RunFolder {
  const parent = tmpdir()
  removeOrphans(parent)
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`))
  const [recordings, shared, temporary] = ['recordings', 'shared', 'tmp'].map((name) => join(path, name)) as [string, string, string]
  for (const folder of [recordings, shared, temporary]) mkdirSync(folder)
  process.env.TMPDIR = temporary
  return {
    recordings,
    shared,
    renew: () => {
      rmSync(shared, { recursive: true })
      mkdirSync(shared)
    },
    close: () => {
      process.env.TMPDIR = parent
      const left = readdirSync(temporary)
      rmSync(path, { recursive: true, force: true, maxRetries: 5 })
      if (left.length > 0) throw new Error(`Tests have left something in the folder for what is temporary: ${left.join(', ')}`)
    },
  }
}
