import { beforeAll, expect, test } from 'vitest'
import { type Size, sizesOf } from '#infra/aws/bundle/sizes.ts'
import { lists } from '#infra/aws/lists.ts'

let sizes: readonly Size[]

beforeAll(async () => {
  sizes = await sizesOf(lists)
})

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
