import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { sealUsage } from '#shared/table/usage.ts'
import { type Departure, departure } from '#test/support/departure.ts'
import { allRows, kindOf } from '#test/support/invariants.ts'
import { itemOf, tamper } from '#test/support/scene.ts'

/** A limit in cents: one event of `storage` costs 7, and each of the 8 shards has room for two. */
const twoEach = { USAGE_LIMIT: String(8 * 20) }
/** 10^-18 of a dollar in a cent: what a counter's `worth` is counted in. */
const cent = 10n ** 16n

const events = (size: number, name = 'e', quantity: number | string = 1) =>
  Array.from({ length: size }, (_, i) => ({ id: `${name}-${i}`, meter: 'storage', quantity }))

const limitReached = { status: 409, body: { code: 'usage_limit_reached' } }

const rowsOf = async (d: Departure, kind: string) => (await allRows(d.world.services.table)).filter((row) => kindOf(row) === kind)
const countersOf = (d: Departure) => rowsOf(d, 'UsageCounter')
/** How many events of one unit are on the counters. */
const countedIn = (rows: Awaited<ReturnType<typeof countersOf>>) =>
  rows.reduce((sum, row) => sum + Number(row['sum:2026-11:storage'] ?? 0), 0) / 1_000_000

/** A workspace whose usage lies in one shard. */
async function narrow(settings: Record<string, string>) {
  const d = await departure(settings)
  await tamper(d.world, keys.workspace(d.workspaceId), { usageShards: 1 })
  return d
}

test('concurrent reports at the limit overfill no shard, and exactly what was accepted is counted', async () => {
  const d = await departure(twoEach)

  const answers = await Promise.all(events(64).map((event) => d.report([event])))

  const accepted = answers.filter(({ status }) => status === 200)
  expect(answers.filter(({ status }) => status !== 200)).toEqual(Array.from({ length: 48 }, () => expect.objectContaining({ status: 409 })))
  expect(accepted.map(({ body }) => body)).toEqual(Array.from({ length: 16 }, () => ({ accepted: 1, duplicates: 0 })))
  const counters = await countersOf(d)
  expect(counters.map(({ worth }) => worth)).toEqual(Array.from({ length: 8 }, () => 14n * cent))
  expect(countedIn(counters)).toBe(16)
  expect(await rowsOf(d, 'UsageEvent')).toHaveLength(16)
  expect((await d.here('previewInvoice')).body.total).toBe(16 * 7)
})

test('events of a refused batch that other shards accepted stay counted, and are duplicates when sent again', async () => {
  const d = await departure(twoEach)
  const batch = events(40)

  expect(await d.report(batch)).toMatchObject(limitReached)
  const counted = await rowsOf(d, 'UsageEvent')
  const again = await Promise.all(batch.map((event) => d.report([event])))

  expect(again.filter(({ body }) => body.duplicates === 1)).toHaveLength(counted.length)
  expect(again.filter(({ body }) => body.accepted === 1).length + counted.length).toBe(countedIn(await countersOf(d)))
  for (const { status } of again) expect([200, 409]).toContain(status)
})

test('if one shard is full, the answer is also correct for the others', async () => {
  const d = await departure(twoEach)
  const batch = events(40)

  const { body } = await d.report(batch)
  const room = await Promise.all(events(200, 'later').map((event) => d.report([event])))

  expect((await rowsOf(d, 'UsageEvent')).length).toBeGreaterThan(0)
  expect(room.some(({ status }) => status === 200)).toBe(true)
  expect(body.detail).toMatch(/^At least one event .* not counted/)
  expect(body.detail).not.toContain('has reached its limit')
})

test('usage up to exactly the limit is accepted, and beyond it only what costs nothing', async () => {
  const d = await narrow({ USAGE_LIMIT: '14' })

  expect(await d.report(events(2))).toMatchObject({ status: 200, body: { accepted: 2 } })
  expect(await d.report([{ id: 'more', meter: 'storage', quantity: '0.000001' }])).toMatchObject(limitReached)
  expect(await d.report([{ id: 'zero', meter: 'storage', quantity: 0 }])).toMatchObject({ status: 200, body: { accepted: 1 } })
  expect(await d.report(events(2))).toMatchObject({ status: 200, body: { accepted: 0, duplicates: 2 } })
})

test('a batch that exceeds the limit on its own is refused, even at the highest quantities, and none of it is counted', async () => {
  const d = await narrow({ USAGE_LIMIT: '100' })

  expect(await d.report(events(99, 'huge', 1_000_000_000))).toMatchObject(limitReached)

  expect(await rowsOf(d, 'UsageEvent')).toEqual([])
  expect(await d.report(events(14))).toMatchObject({ status: 200, body: { accepted: 14 } })
})

test('an event that was counted is a duplicate, even if it would now exceed the limit', async () => {
  const d = await narrow({ USAGE_LIMIT: '700' })
  await d.report(events(100))
  const lowered = { ...d.world.services, settings: { ...d.world.services.settings, USAGE_LIMIT: 10 } }

  const again = await d.world.call('reportUsage', { as: d.secret, body: { events: events(100) } }, lowered)

  expect(again).toMatchObject({ status: 200, body: { accepted: 0, duplicates: 100 } })
})

test('an older counter without a worth counts as empty, and is bounded from then on', async () => {
  const d = await narrow({ USAGE_LIMIT: '14' })
  await d.report(events(2))
  const key = keys.usageCounter({ workspaceId: d.workspaceId, shard: 0 })
  await d.world.services.table.change(key, { set: { 'sum:2026-11:storage': 10n ** 30n }, remove: ['worth'] })

  expect(await d.report(events(1, 'huge', 3))).toMatchObject(limitReached)
  expect(await d.report(events(2, 'new'))).toMatchObject({ status: 200, body: { accepted: 2 } })
  expect(await d.report(events(1, 'newer'))).toMatchObject(limitReached)
  expect(await countersOf(d)).toMatchObject([{ 'sum:2026-11:storage': 10n ** 30n + 2_000_000n, worth: 14n * cent }])
})

test('a sealed counter and a full one are refused differently', async () => {
  const d = await narrow({ USAGE_LIMIT: '14' })
  await d.report(events(2))
  expect(await d.report(events(1, 'late'))).toMatchObject(limitReached)

  await sealUsage(d.world.services.table, await itemOf(d.world, d.workspaceId))

  expect(await d.report(events(1, 'late'))).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
})

test('a workspace at its limit can be read, deleted and billed like any other', async () => {
  const d = await departure(twoEach)
  await d.report(events(40))
  await d.report(events(40))
  const { body: preview } = await d.here('previewInvoice')

  await d.erase()

  expect(await d.finish()).toEqual([])
  expect(await d.invoice()).toMatchObject({ lines: preview.lines, total: preview.total })
})
