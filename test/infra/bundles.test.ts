import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleBesideBare, type Size } from '#infra/aws/bundle/sizes.ts'
import { lists } from '#infra/aws/lists.ts'

const folder = mkdtempSync(join(tmpdir(), 'atrium-bundles-'))
let sizes: readonly Size[]

beforeAll(async () => {
  sizes = await bundleBesideBare(lists, folder)
})
afterAll(() => rmSync(folder, { recursive: true }))

test.for([...lists.operations, ...lists.workers, ...lists.triggers].map(({ name }) => name))(
  'the bundle of %s is at most 1.4 times as large as that of the bare clients that it needs',
  (name) => {
    const { bytes, bareBytes } = sizes.find((size) => size.name === name)!

    // A function without any client has nothing to be compared with.
    const limit = Math.max(1.4 * bareBytes, 160 * 1024)

    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThanOrEqual(limit)
  },
)
