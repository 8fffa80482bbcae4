import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { generated } from '#infra/docs/docs.ts'
import * as keys from '#shared/table/design/keys.ts'
import { accessPatterns } from '#shared/table/design/patterns/access-patterns.ts'

test.each(Object.entries(generated))('%s says what the code says (npm run docs writes it)', (path, text) => {
  expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text)
})

test('the OpenAPI document describes every operation under its name, route and refusals', () => {
  const document = JSON.parse(generated['docs/openapi.json'] ?? '')

  for (const { name, path, method } of operations) expect(document.paths[path][method.toLowerCase()]).toMatchObject({ operationId: name })
})

test('every entity of the table is in an access pattern', () => {
  const named = accessPatterns.flatMap((pattern): readonly string[] => {
    if ('get' in pattern) return pattern.get
    if ('query' in pattern) return [pattern.query, ...(pattern.andGet ?? [])]
    if ('update' in pattern) return [pattern.update]
    return 'write' in pattern ? [...pattern.write, ...(pattern.optional ?? [])].map((write) => write.replace(/^\w+ /, '')) : []
  })

  expect(Object.keys(keys).filter((name) => !named.includes(name.replace(/^\w/, (letter) => letter.toUpperCase())))).toEqual([])
})

test('every decision has a unique number', () => {
  const numbers = readdirSync(new URL('../../docs/decisions', import.meta.url)).map((name) => name.slice(0, 4))

  expect(numbers).toEqual([...new Set(numbers)])
})
