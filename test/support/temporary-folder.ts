import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder that is gone when the test ends. A run in which a test has left anything temporary fails (run-folder.ts). */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'atrium-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }))
  return path
}
