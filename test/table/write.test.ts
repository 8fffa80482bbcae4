import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { Refusal } from '#shared/domain/refusals.ts'
import { above, absent, exists, is } from '#shared/table/conditions.ts'
import { check, type Item, put, remove, type Table, update } from '#shared/table/engine.ts'
import { conflictOf, type Faults, faulty, withClient } from '#test/support/faults.ts'
import { forSeeds, Random } from '#test/support/random.ts'
import { rawKey } from '#test/support/raw-key.ts'
import { createWorld, type World } from '#test/support/world.ts'

const key = (sk: string) => rawKey<Item>({ pk: 'TEST', sk })

async function tableWorld(): Promise<World> {
  const world = await createWorld()
  onTestFinished(() => world.close())
  return world
}

const read = ({ services }: World, sk: string) => services.table.get(key(sk))
const addOne = (sk: string) => update(key(sk), { add: { count: 1 } })
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error) => error,
  )

afterEach(() => {
  vi.useRealTimers()
})

test.each<[string, Faults]>([
  ['lost answers', { lostAnswer: 0.3 }],
  ['lost requests', { lostRequest: 0.3 }],
  ['conflicts', { conflict: 0.4 }],
  ['throttles', { throttle: 0.4 }],
  ['all of them', { lostAnswer: 0.1, lostRequest: 0.1, conflict: 0.2, throttle: 0.1 }],
])('a transaction has its effect exactly once through %s', async (_, faults) => {
  const world = await tableWorld()
  await forSeeds(2, async (random, seed) => {
    const { table } = faulty(world, random, faults)
    const [name, other] = [`a${seed}`, `b${seed}`]

    for (let i = 0; i < 15; i++) await table.write(addOne(name), put(key(`${other}-${i}`), { i }, absent('pk')))

    expect(await read(world, name)).toMatchObject({ count: 15 })
  })
})

/** A table on which every call fails in one way. */
const hopeless = (world: World, faults: Faults): Table => faulty(world, new Random(1), faults).table

test.each<[string, Faults]>([
  ['conflicts', { conflict: 1 }],
  ['throttles', { throttle: 1 }],
])('a write against endless %s is a 503 with retry-after in the end, and has no effect', async (_, faults) => {
  const world = await tableWorld()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })

  const answer = failure(hopeless(world, faults).write(addOne('a')))
  await vi.advanceTimersByTimeAsync(10_000)

  expect(await answer).toMatchObject({ code: 'unavailable', retryAfter: 1 })
  vi.useRealTimers()
  expect(await read(world, 'a')).toBeUndefined()
})

test('reads, queries and single changes that stay throttled are a 503 too', async () => {
  const world = await tableWorld()
  const table = hopeless(world, { throttle: 1 })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })

  const answers = [
    failure(table.get(key('a'))),
    failure(table.query({ pk: 'TEST' })),
    failure(table.change(key('a'), { set: { x: 1 } })),
    failure(table.attempt(key('a'), { set: { x: 1 } }, exists('pk'))),
  ]
  await vi.advanceTimersByTimeAsync(10_000)

  for (const answer of await Promise.all(answers)) {
    expect(answer).toBeInstanceOf(Refusal)
    expect(answer).toMatchObject({ code: 'unavailable' })
  }
})

test('retries of a write wait longer each time, with jitter', async () => {
  const world = await tableWorld()
  const at: number[] = []
  const { table } = withClient(world, (client) =>
    client.middlewareStack.add(
      () => async (args) => {
        at.push(Date.now())
        throw conflictOf(args.input)
      },
      { step: 'initialize' },
    ),
  )
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })

  const answer = failure(table.write(addOne('a')))
  await vi.advanceTimersByTimeAsync(10_000)
  await answer

  expect(at.length).toBeGreaterThan(5)
  expect(at.length).toBeLessThan(60)
  expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThanOrEqual(4_000)
})

test('a failed condition is an answer: the first failed write gives it, and sees the item as it was', async () => {
  const world = await tableWorld()
  const { table } = world.services
  await table.write(put(key('a'), { status: 'closed', big: 9_007_199_254_740_993n, list: ['x'], set: new Set(['y']) }))
  const seen: unknown[] = []
  const otherwise = (code: 'forbidden' | 'last_admin') => (found: unknown) => {
    seen.push(found)
    return new Refusal(code, 'No')
  }

  const answer = await failure(
    table.write(
      put(key('new'), {}),
      check(key('a'), is('status', 'open'), otherwise('forbidden')),
      remove(key('missing'), exists('pk'), otherwise('last_admin')),
    ),
  )

  expect(answer).toMatchObject({ code: 'forbidden' })
  expect(seen[0]).toEqual({ ...key('a'), v: 1, status: 'closed', big: 9_007_199_254_740_993n, list: ['x'], set: new Set(['y']) })
  expect(seen[1]).toBeUndefined()
  expect(await read(world, 'new')).toBeUndefined()
})

test('an unexpected failure of a condition is not a refusal', async () => {
  const { services } = await tableWorld()
  await services.table.write(put(key('a'), {}))

  const answer = await failure(services.table.write(put(key('a'), {}, absent('pk'))))

  expect(answer).toBeInstanceOf(Error)
  expect(answer).not.toBeInstanceOf(Refusal)
})

test('an invalid request is not retried', async () => {
  const world = await tableWorld()
  let calls = 0
  const { table } = withClient(world, (client) =>
    client.middlewareStack.add(
      (next) => (args) => {
        calls++
        return next(args)
      },
      { step: 'initialize' },
    ),
  )

  expect(await failure(table.write(put(rawKey({ pk: '', sk: 'a' }), {})))).toMatchObject({
    name: expect.stringMatching(/Validation|Cancel/),
  })
  expect(calls).toBe(1)
})

test('a change returns the changed item, or nothing if its condition does not hold', async () => {
  const { services } = await tableWorld()
  const { table } = services
  await table.write(put(key('a'), { count: 1 }))

  expect(await table.change(key('a'), { set: { x: 'y', gone: undefined }, add: { count: 2 } })).toEqual({
    ...key('a'),
    v: 1,
    count: 3,
    x: 'y',
  })
  expect(await table.change(key('missing'), { set: { x: 'y' } })).toBeUndefined()
  expect(await table.attempt(key('a'), { remove: ['x'] }, above('count', 3))).toBe(false)
  expect(await table.attempt(key('a'), { remove: ['x'] }, above('count', 2))).toBe(true)
  expect(await table.get(key('a'))).toEqual({ ...key('a'), v: 1, count: 3 })
})

test('any attribute name and value is safe: none is read as syntax', async () => {
  const { services } = await tableWorld()
  const item = { name: ':v0', status: '#n0', 'a b': ' OR 1 = 1', 'x.y[0]': 'attribute_exists(pk)', size: '' }

  await services.table.write(update(key('a'), { set: item }, absent('name')))
  await services.table.write(update(key('a'), { remove: ['a b', 'x.y[0]'] }, is('status', '#n0')))

  expect(await services.table.get(key('a'))).toEqual({ ...key('a'), name: ':v0', status: '#n0', size: '' })
})
