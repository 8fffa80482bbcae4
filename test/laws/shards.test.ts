import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { shardOf } from '../support/longest-first.ts'
import { filesRunningFunctions } from '../support/running-functions.ts'

const files = globSync('test/*/**/*.test.ts').map((file) => ({ moduleId: resolve(file) }))

test.for([1, 2, 3, 4])('%i shards have each test file once, and the first has all that run functions', (count) => {
  const shards = Array.from({ length: count }, (_, i) => shardOf(files, { index: i + 1, count }).map(({ moduleId }) => moduleId))

  expect(shards.flat().sort()).toEqual(files.map(({ moduleId }) => moduleId).sort())
  expect(shards[0]).toEqual(expect.arrayContaining(filesRunningFunctions()))
})
