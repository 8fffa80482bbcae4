import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { generated } from '#infra/docs/docs.ts'
import { accessPatterns, type Collection, collections, entities } from '#shared/table/design.ts'

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

  expect(Object.keys(entities).filter((entity) => !named.includes(entity))).toEqual([])
})

test('every collection begins as the keys of an entity do', () => {
  const { due, usage, ...others } = collections
  const all = [due(0, ''), usage('', 0), ...Object.values(others).map((of) => of(''))]
  const templates = Object.values<Record<string, string>>(entities)
  const isKnown = ({ index, pk, beginsWith = '' }: Collection) =>
    templates.some((keys) => {
      const [partition, sort] = index ? [keys[`${index}pk`], keys[`${index}sk`]] : [keys.pk, keys.sk]
      return partition?.split('#')[0] === pk.split('#')[0] && sort?.startsWith(beginsWith)
    })

  expect(all.filter((collection) => !isKnown(collection))).toEqual([])
})
