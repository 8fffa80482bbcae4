import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { createSchema } from 'zod-openapi'
import { cursorErrors, decodeCursor, encodeCursor, pageInMemory, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { Refusal } from '#shared/domain/refusals.ts'

const form = /^[\w.:#-]{1,200}$/
const position = fc.stringMatching(/^[\w.:#-]{1,60}$/)
const name = fc.string()

const outcome = <T>(run: () => T): T | Refusal => {
  try {
    return run()
  } catch (error) {
    if (error instanceof Refusal && error.code === 'invalid_request' && error.errors?.[0]?.pointer === '?cursor') return error
    throw error
  }
}

test('a cursor leads back to its position in its own list, and is opaque', () => {
  fc.assert(
    fc.property(name, position, (list, at) => {
      const cursor = encodeCursor(list, at)
      expect(cursor).toMatch(/^[\w-]+$/)
      expect(decodeCursor(list, form, cursor)).toBe(at)
    }),
  )
})

test('a cursor of another list is refused', () => {
  fc.assert(
    fc.property(name, name, position, (list, other, at) => {
      fc.pre(list !== other)
      expect(outcome(() => decodeCursor(other, form, encodeCursor(list, at)))).toBeInstanceOf(Refusal)
    }),
  )
})

test('a cursor that was given out before a release is good after it', () => {
  const cursor = 'NDRlODdiMDVlMTk4YmQzZnByal8x'

  expect(decodeCursor('projects#ws_1', form, cursor)).toBe('prj_1')
})

test('no cursor is no position, and the beginning of the list', () => {
  expect(decodeCursor('list', form, undefined)).toBeUndefined()
})

test('an invalid cursor is reported as a field of the query, along with everything else that is wrong', () => {
  const wrong = [{ pointer: '?cursor', detail: 'The cursor does not belong to this list. Remove it to start from the beginning.' }]
  const good = encodeCursor('list', 'prj_1')

  for (const query of [undefined, {}, { cursor: undefined }, { cursor: good }]) expect(cursorErrors('list', query)).toEqual([])
  expect(cursorErrors('list', { cursor: good }, /^prj_/)).toEqual([])
  expect(cursorErrors('list', { cursor: good }, /^inv_/)).toEqual(wrong)
  expect(cursorErrors('other', { cursor: good })).toEqual(wrong)
  expect(cursorErrors('list', { cursor: '' })).toEqual(wrong)
})

test('whatever is sent as a cursor is refused or is a position of the form that the list has', () => {
  const changed = fc
    .tuple(position, fc.nat(40), fc.constantFrom('', 'A', '=', '+', '/', ' ', '.', '\u0000', 'é'))
    .map(([at, i, c]) => ((cursor: string) => cursor.slice(0, i) + c + cursor.slice(i + 1))(encodeCursor('list', at)))
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }), fc.base64String({ minLength: 1 }), changed),
      (cursor) => {
        const found = outcome(() => decodeCursor('list', form, cursor))
        if (!(found instanceof Refusal)) {
          expect(found).toMatch(form)
          expect(encodeCursor('list', found ?? '')).toBe(cursor)
        }
      },
    ),
    { numRuns: 2_000 },
  )
})

test('the pages of a list are the list, in its order, at any size', () => {
  const items = fc.uniqueArray(position, { maxLength: 40 })
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 10 }), fc.boolean(), (all, limit, newestFirst) => {
      const seen: string[] = []
      let cursor: string | undefined
      for (let pages = 0; pages <= all.length; pages++) {
        const page = pageInMemory('list', all, { positionOf: (item) => item, query: { limit, cursor }, newestFirst })
        expect(page.data.length).toBeLessThanOrEqual(limit)
        seen.push(...page.data)
        if (page.nextCursor === null) break
        expect(page.data).toHaveLength(limit)
        cursor = page.nextCursor
      }
      const sorted = [...all].sort((a, b) => (a < b ? -1 : 1))
      expect(seen).toEqual(newestFirst ? sorted.reverse() : sorted)
    }),
  )
})

test('a page goes on behind an entry that is gone by now, and shows what was added behind it', () => {
  const { nextCursor } = pageInMemory('list', ['a', 'b', 'c', 'e'], { positionOf: (item) => item, query: { limit: 2, cursor: undefined } })

  const rest = pageInMemory('list', ['a', 'c', 'd', 'e'], {
    positionOf: (item) => item,
    query: { limit: 5, cursor: nextCursor ?? undefined },
  })

  expect(rest).toEqual({ data: ['c', 'd', 'e'], nextCursor: null })
})

test.each([
  [undefined, 50],
  ['1', 1],
  ['100', 100],
])('a limit of %j is %j', (limit, expected) => {
  expect(pageQuery.parse({ limit }).limit).toBe(expected)
})

test('a limit is published as an integer', () => {
  const { schema } = createSchema(pageQuery.shape.limit, { io: 'input' })

  expect(schema).toEqual({ type: 'integer', minimum: 1, maximum: 100, default: 50, description: 'The most entries to return' })
})

test('a list’s answer is its entries and the next cursor', () => {
  const shape = pageOf(z.string())

  for (const page of [
    { data: ['a'], nextCursor: 'b' },
    { data: [], nextCursor: null },
  ])
    expect(shape.parse(page)).toEqual(page)
  for (const none of [{}, { data: ['a'] }, { data: [1], nextCursor: null }, { nextCursor: null }])
    expect(shape.safeParse(none).success).toBe(false)
})

test.each(['0', '101', '01', '1.0', '-1', '1e1', ' 1', '١', '', 'all'])('%j is no limit', (limit) => {
  expect(pageQuery.safeParse({ limit }).success).toBe(false)
})
