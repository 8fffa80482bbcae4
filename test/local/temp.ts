import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openDataDir } from '#infra/local/data-dir.ts'
import { eventually, listProcesses } from '#infra/local/processes.ts'

/** What runs with a path among its arguments: a service's database has its DATA_DIR there. */
export const processesOn = (path: string) => listProcesses().filter(({ command }) => command.some((part) => part.includes(path)))

/** An empty DATA_DIR; when the test ends it is gone, and so is a database that a killed service left on it. */
export async function temporaryDataDir(): Promise<string> {
  const path = openDataDir(await mkdtemp(join(tmpdir(), 'atrium-')))
  onTestFinished(async () => {
    for (const { pid } of processesOn(path)) process.kill(pid, 'SIGTERM')
    await eventually(() => processesOn(path).length === 0, 60_000)
    await rm(path, { recursive: true, force: true, maxRetries: 5 })
  })
  return path
}
