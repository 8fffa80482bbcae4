import { beforeAll, describe, expect, test } from 'vitest'
import { replacements } from '#infra/aws/bundle/lambda-sdk.ts'
import { type Size, sizesOf } from '#infra/aws/bundle/sizes.ts'
import { lists } from '#infra/aws/lists.ts'

let sizes: readonly Size[]

beforeAll(async () => {
  sizes = await sizesOf(lists)
})

const names = [...lists.operations, ...lists.workers, ...lists.triggers].map(({ name }) => name)

test.for([...names, 'notFound'])('the bundle of %s is no larger than that of the bare clients that it needs', (name) => {
  const { bytes, servedBytes, bareBytes } = sizes.find((size) => size.name === name)!

  // A function without any client has nothing to be compared with.
  const hasClients = bareBytes > 1_024
  const limit = hasClients ? bareBytes : 160 * 1_024 + servedBytes

  expect(bytes).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(limit)
})

describe('what of the AWS SDK no Lambda function can use', () => {
  const below = (prefix: string) => (module: string) => module.split('node_modules/').at(-1)?.startsWith(prefix)

  test.for(replacements.flatMap(({ keepsOut }) => keepsOut))('is in no bundle: %s', (prefix) => {
    const containing = sizes.filter(({ modules }) => modules.some(below(prefix))).map(({ name }) => name)

    expect(containing).toEqual([])
  })

  test.for(replacements.flatMap(({ keepsOut }) => keepsOut))('is in the SDK by that name: %s', (prefix) => {
    const whole = sizes.flatMap(({ bareModules }) => bareModules)

    expect(whole.some(below(prefix))).toBe(true)
  })
})
