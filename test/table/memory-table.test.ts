import { expect, onTestFinished, test } from 'vitest'
import {
  above,
  absent,
  all,
  any,
  atLeast,
  atMost,
  below,
  type Change,
  type Condition,
  contains,
  exists,
  is,
  oneOf,
} from '#shared/table/conditions.ts'
import type { Key } from '#shared/table/design/entity.ts'
import { check, put, remove, type Table, update } from '#shared/table/engine.ts'
import { memoryTable } from '#test/support/memory-table.ts'
import { forSeeds, type Random } from '#test/support/random.ts'
import { rawKey } from '#test/support/raw-key.ts'
import { createWorld } from '#test/support/world.ts'

const values = [0, 1, 2, '', 'a', 'b', '2026-11-24T10:00:00.000Z', true, ['x'], ['x', { y: 1 }], { y: 1 }, null]
const names = ['a', 'b', 'status', 'n', 'pk']

function condition(random: Random, depth = 2): Condition {
  const [name, value] = [random.pick(names), random.pick(values)]
  if (depth > 0 && random.chance(0.5)) {
    const of = Array.from({ length: 1 + random.below(3) }, () => condition(random, depth - 1))
    return random.chance(0.5) ? all(...of) : any(...of)
  }
  return random.pick([
    exists(name),
    absent(name),
    is(name, value),
    below(name, random.pick([1, 'a'])),
    atMost(name, random.pick([1, 'a'])),
    above(name, random.pick([1, 'a'])),
    atLeast(name, random.pick([1, 'a'])),
    contains(name, random.pick(['a', 'x', 'zz'])),
    oneOf(name, [value, random.pick(values)]),
  ])
}

const change = (random: Random): Change => ({
  set: { a: random.pick(values), b: random.chance(0.5) ? random.pick(values) : undefined, ...(random.chance(0.2) && { c: 'open' }) },
  ...(random.chance(0.4) && { add: { n: random.below(5) - 2 } }),
  ...(random.chance(0.4) && { remove: ['status'] }),
  ...(random.chance(0.3) && { count: { attribute: 'count', into: 'last' } }),
})

class Failed extends Error {
  readonly found: unknown
  constructor(found: unknown) {
    super()
    this.found = found
  }
}

const failed = (found: unknown) => new Failed(found)

/** A step on a table, made once to be taken on both, and what came of it. */
function step(random: Random, pk: string): (table: Table) => Promise<unknown> {
  const [one, other] = random.shuffled(['1', '2', '3']).map((sk) => rawKey({ pk, sk })) as [Key<object>, Key<object>]
  const changes = { ...change(random) }
  const rule = random.chance(0.3) ? undefined : condition(random)
  if (random.chance(0.4)) return (table) => table.change(one, changes, rule)
  const write = random.pick([
    () => put(one, { a: random.pick(values), status: 'open' }, rule, failed),
    () => update(one, changes, rule, failed),
    () => remove(one, rule, failed),
    () => check(one, rule ?? exists('pk'), failed),
  ])()
  const beside = random.chance(0.5) ? update(other, change(random), condition(random), failed) : undefined
  return (table) => table.write(write, beside).catch((error) => (error instanceof Failed ? error : Promise.reject(error)))
}

test('the table in memory answers as DynamoDB does', async () => {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const { table } = world.services

  await forSeeds(4, async (random, seed) => {
    const memory = memoryTable()
    const everything = ['1', '2', '3'].map((sk) => rawKey({ pk: `TEST${seed}`, sk }))
    let [passed, refused] = [0, 0]

    for (let i = 0; i < 50; i++) {
      const take = step(random, `TEST${seed}`)
      const [answer, real] = [await take(memory), await take(table)]
      expect(answer).toEqual(real)
      expect(await memory.get(everything)).toEqual(await table.get(everything))
      if (real instanceof Failed) refused++
      else passed++
    }

    expect(Math.min(passed, refused)).toBeGreaterThan(5)
  })
})
