import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packaged from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** The packaged Chromium is one for Linux on x64; elsewhere CHROMIUM_PATH names another, or the tests in a browser are left out. */
const own = process.env.CHROMIUM_PATH

export const hasChromium = own !== undefined || (process.platform === 'linux' && process.arch === 'x64')

/** Starts a Chromium. `stop` ends it, and removes the 180 MiB that the package unpacks into the system's folder for temporary files. */
export async function startChromium(): Promise<{ readonly browser: Browser; stop(): Promise<void> }> {
  const before = tmpdir()
  const folder = await mkdtemp(join(before, 'chromium-'))
  process.env.TMPDIR = folder
  // Not the package's own arguments: they switch off what is tested here, CORS above all.
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  const browser = await chromium.launch({ executablePath: own ?? (await packaged.executablePath()), args: quiet })
  return {
    browser,
    stop: async () => {
      await browser.close()
      process.env.TMPDIR = before
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
