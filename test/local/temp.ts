import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openDataDir } from '#infra/local/data-dir.ts'

/** An empty DATA_DIR, gone when the test ends. */
export async function temporaryDataDir(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'atrium-'))
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 5 }))
  return openDataDir(path)
}
