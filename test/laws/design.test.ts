import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as collections from '#shared/table/design/collections.ts'
import { beginOf, type Declaration, entity, isPlaceOf, type Key, keysOf } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import { kindOf } from '#shared/table/design/kinds.ts'
import { sweepPartition } from '#shared/table/design/sweep-index.ts'

const declarations = Object.entries<Declaration>(keys)

const root = new URL('../../', import.meta.url)

test('no key literal exists outside the design', () => {
  const begins = declarations.flatMap(([, { pk, sk, listed }]) => [pk, sk, listed?.pk ?? ''].map(beginOf))
  const literals = [...new Set([...begins, beginOf(sweepPartition)])].filter((begin) => begin.endsWith('#'))
  const files = globSync('{shared,functions,infra}/**/*.ts', { cwd: root }).filter((path) => !path.startsWith('shared/table/design/'))
  const found = files.flatMap((path) => {
    const text = readFileSync(new URL(path, root), 'utf8')
    return literals.filter((literal) => text.includes(literal)).map((literal) => `${path}: ${literal}`)
  })

  expect(literals).toContain('WORKSPACE#')
  expect(files.length).toBeGreaterThan(200)
  expect(found).toEqual([])
})

test('an object shaped like a key is not a key: only a declaration creates one', () => {
  // @ts-expect-error a plain object is no key
  const plain: Key = { pk: 'WORKSPACE#ws_1', sk: 'WORKSPACE' }

  expect({ ...keys.workspace('ws_1') }).toEqual(plain)
})

test('every item is of exactly one kind: no key fits two declarations', () => {
  const sample = (text: string) => text.replace(/<\w+>/g, 'x')
  const twice = declarations.flatMap(([name, { pk, sk }]) => {
    const fitting = declarations.filter(([, other]) => isPlaceOf(other, { pk: sample(pk), sk: sample(sk) }))
    return fitting.length === 1 ? [] : [`${name}: ${fitting.map(([each]) => each)}`]
  })

  expect(twice).toEqual([])
})

test('a key’s parts are named and appear where its declaration says', () => {
  const two = entity({ is: 'for this test', pk: 'A#<one>', sk: 'B#<two>#<shard>' })

  expect({ ...two({ two: '2', one: '1', shard: 3 }) }).toEqual({ pk: 'A#1', sk: 'B#2#3' })
  expect({ ...keys.invoiceNumber() }).toEqual({ pk: 'COUNTER', sk: 'INVOICE' })
  // @ts-expect-error a part is missing
  expect({ ...keys.member({ workspaceId: 'ws_1' }) }.sk).toBe('MEMBER#undefined')
})

test('only a place where items of a kind can be becomes a key of that kind', () => {
  const places = [keys.member({ workspaceId: 'ws_1', accountId: 'acc_1' }), keys.workspace('ws_1'), keys.account('acc_1')]

  expect(keysOf(keys.member, places)).toEqual([places[0]])
  expect(keysOf(keys.account, places)).toEqual([places[2]])
  expect(keysOf(keys.deletion, places)).toEqual([])
})

test('a listing finds an item’s key by its position', () => {
  const projects = collections.projects('ws_1')
  const memberships = collections.memberships('acc_1')

  expect(projects.placeAt('prj_1')).toEqual({ ...keys.project({ workspaceId: 'ws_1', projectId: 'prj_1' }) })
  expect(memberships.placeAt('2026-11-24T10:00:00.000Z#ws_1')).toEqual(keys.member({ workspaceId: 'ws_1', accountId: 'acc_1' }))
})

test('everything erased with a workspace, except the workspace item, has a kind on the receipt', () => {
  const inside = declarations.filter(([name, { pk }]) => /<workspaceId>/.test(pk) && name !== 'workspace')

  expect(inside.filter(([, { kind }]) => kind === undefined)).toEqual([])
  expect(kindOf(keys.apiKey({ workspaceId: 'ws_1', apiKeyId: 'key_1' }))).toBe('apiKey')
  expect(kindOf(keys.workspace('ws_1'))).toBe('other')
})
