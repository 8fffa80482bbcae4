import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder that is removed when the test ends. A run fails if a test leaves anything temporary (run-folder.ts). */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'atrium-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }))
  return path
}
