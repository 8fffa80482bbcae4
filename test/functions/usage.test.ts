import { expect, test } from 'vitest'
import { keysOf } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import { readUsage, sealUsage } from '#shared/table/usage.ts'
import { type Departure, departure } from '#test/support/departure.ts'
import { allRows, kindOf } from '#test/support/invariants.ts'
import { itemOf, tamper } from '#test/support/scene.ts'

const usageOf = async ({ here }: Departure, period?: string) => (await here('getUsage', period ? { query: { period } } : {})).body

const batch = (size: number, name = 'e', quantity: number | string = 1) =>
  Array.from({ length: size }, (_, i) => ({ id: `${name}-${i}`, meter: 'requests', quantity }))

const inDays = (d: Departure, days: number) => new Date(d.world.now.getTime() + days * 86_400_000).toISOString()

test('the price book is a list, for people with and without an account and for keys', async () => {
  const d = await departure()

  const { body } = await d.world.call('listMeters', { as: d.secret })

  expect(body.data[1]).toEqual({ id: 'storage', description: 'Storage', unit: 'GB-month', unitPrice: '0.07', currency: 'usd' })
  expect(body.data).toHaveLength(3)
  const page = await d.world.call('listMeters', { as: d.ann.token, query: { limit: '2' } })
  const rest = await d.world.call('listMeters', { as: d.ann.token, query: { limit: '2', cursor: page.body.nextCursor } })
  expect([...page.body.data, ...rest.body.data]).toEqual(body.data)
})

test('an event is counted once, whatever the batches and concurrency; its first content counts', async () => {
  const d = await departure()
  const events = batch(40)

  const answers = await Promise.all([d.report(events), d.report(events.slice(10)), d.report([...events].reverse()), d.report(events)])

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(40)
  for (const { body } of answers) expect(body.accepted + body.duplicates).toBeGreaterThanOrEqual(30)
  expect(await d.report([{ id: 'e-0', meter: 'storage', quantity: 7 }])).toMatchObject({ body: { accepted: 0, duplicates: 1 } })
  expect(
    await d.report([
      { id: 'twice', meter: 'storage', quantity: 1 },
      { id: 'twice', meter: 'storage', quantity: 2 },
    ]),
  ).toMatchObject({ body: { accepted: 1, duplicates: 1 } })
  expect((await usageOf(d)).meters).toMatchObject([
    { meter: 'requests', quantity: '40' },
    { meter: 'storage', quantity: '1' },
  ])
})

test('an event id is a duplicate for 90 days and counts again afterwards, even if its row still exists', async () => {
  const d = await departure()
  const [event] = batch(1)
  await d.report([event ?? {}])

  d.world.passSeconds(90 * 86_400 - 60)
  expect(await d.report([event ?? {}])).toMatchObject({ body: { accepted: 0, duplicates: 1 } })
  d.world.passSeconds(120)
  expect(await d.report([event ?? {}])).toMatchObject({ body: { accepted: 1, duplicates: 0 } })
})

test('event ids are separate in each workspace', async () => {
  const d = await departure()
  const path = { workspaceId: d.ann.workspaceId }
  const { body } = await d.world.call('createApiKey', { as: d.ann.token, path, body: { name: 'Other' } })

  await d.report(batch(3))

  expect(await d.report(batch(3), body.secret)).toMatchObject({ body: { accepted: 3, duplicates: 0 } })
})

test('quantities add up exactly: decimals without a binary representation, and sums beyond 2^53 millionths', async () => {
  const d = await departure()
  await d.report(Array.from({ length: 100 }, (_, i) => ({ id: `a${i}`, meter: 'storage', quantity: i % 2 ? 0.1 : '0.2' })))
  await d.report(Array.from({ length: 100 }, (_, i) => ({ id: `b${i}`, meter: 'compute', quantity: 1_000_000_000 })))
  await d.report([
    { id: 'c', meter: 'compute', quantity: '0.000001' },
    { id: 'z', meter: 'requests', quantity: 0 },
  ])

  const { meters, total } = await usageOf(d)

  expect(meters).toEqual([
    { meter: 'requests', quantity: '0', amount: 0 },
    { meter: 'storage', quantity: '15', amount: 105 },
    { meter: 'compute', quantity: '100000000000.000001', amount: 250_000_000_000 },
  ])
  expect(total).toBe(250_000_000_105)
})

test.each([
  ['0.5 cents, half up', 'requests', '12.5', 1],
  ['just below half', 'requests', '12.499999', 0],
  ['1.5 cents', 'requests', '37.5', 2],
  ['2.5 cents, up and not to even', 'compute', '1', 3],
  ['0.07 cents', 'storage', '0.01', 0],
])('an amount of %s is rounded to minor units', async (_, meter, quantity, amount) => {
  const d = await departure()
  await d.use(meter, quantity)

  expect(await usageOf(d)).toMatchObject({ currency: 'usd', meters: [{ meter, quantity, amount }], total: amount })
})

test.each([
  ['an unknown meter', { meter: 'nonsense' }, 'meter'],
  ['a negative quantity', { quantity: -1 }, 'quantity'],
  ['a negative decimal string', { quantity: '-0.5' }, 'quantity'],
  ['over 6 decimals', { quantity: '0.0000001' }, 'quantity'],
  ['a number with over 6 decimals', { quantity: 0.1 + 0.2 }, 'quantity'],
  ['an exponent', { quantity: '1e3' }, 'quantity'],
  ['over 1,000,000,000', { quantity: '1000000000.000001' }, 'quantity'],
  ['a quantity that is no number', { quantity: 'many' }, 'quantity'],
  ['an empty quantity', { quantity: '' }, 'quantity'],
  ['a boolean', { quantity: true }, 'quantity'],
  ['null', { quantity: null }, 'quantity'],
  ['an empty id', { id: '' }, 'id'],
  ['a moment that is none', { occurredAt: 'yesterday' }, 'occurredAt'],
  ['an unknown field', { price: 1 }, ''],
])('a batch with %s is refused whole and nothing is counted', async (_, wrong, field) => {
  const d = await departure()

  const answer = await d.report([...batch(2), { id: 'x', meter: 'storage', quantity: 1, ...wrong }])

  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(answer.body.errors[0].pointer).toContain(`/events/2${field && '/'}${field}`)
  expect((await usageOf(d)).meters).toEqual([])
})

test('a JSON number is read digit by digit, not as a binary float', async () => {
  const d = await departure()
  const report = (id: string, quantity: string) =>
    d.world.call('reportUsage', { as: d.secret, body: `{"events":[{"id":"${id}","meter":"storage","quantity":${quantity}}]}` })

  const wrong = await Promise.all(
    ['1.00000000000000000001', '0.10000000000000000555', '1000000000.0000001'].map((text) => report('w', text)),
  )
  const right = await Promise.all(['999999999.123456', '1e3', '0.000001'].map((text, i) => report(`r${i}`, text)))

  expect(wrong.map(({ status, body }) => [status, body.errors[0].pointer])).toEqual(wrong.map(() => [400, '/events/0/quantity']))
  expect(right.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await usageOf(d)).toMatchObject({ meters: [{ quantity: '1000000999.123457' }] })
})

test('every invalid event is named', async () => {
  const d = await departure()

  const { body } = await d.report([
    { id: 'a', meter: 'nonsense', quantity: 1 },
    { id: 'b', meter: 'storage', quantity: -1 },
  ])

  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/events/0/meter', '/events/1/quantity'])
})

test.each([
  ['5 minutes ahead', 300, 200],
  ['over 5 minutes ahead', 301, 400],
  ['30 days back', -30 * 86_400 + 1, 200],
  ['over 30 days back', -30 * 86_400 - 1, 400],
])('an event of %s: see the status', async (_, seconds, status) => {
  const d = await departure()
  const occurredAt = new Date(d.world.now.getTime() + seconds * 1_000).toISOString()

  expect((await d.use('storage', 1, { occurredAt })).status).toBe(status)
})

test.each([[0], [101]])('a batch of %i events is refused', async (size) => {
  const d = await departure()

  expect(await d.report(batch(size))).toMatchObject({ status: 400 })
})

test('an event belongs to the month of its occurredAt in UTC, and without one to this month', async () => {
  const d = await departure()
  await d.use('storage', 1)
  await d.use('storage', 2, { occurredAt: inDays(d, -25) })
  await d.use('storage', 4, { occurredAt: '2026-11-01T00:30:00+01:00' })

  expect(await usageOf(d)).toMatchObject({ period: '2026-11', meters: [{ quantity: '1' }] })
  expect(await usageOf(d, '2026-10')).toMatchObject({ period: '2026-10', meters: [{ quantity: '6' }] })
  expect(await usageOf(d, '2025-10')).toMatchObject({ meters: [], total: 0 })
  for (const period of ['2026-13', '2026-1', 'now', ''])
    expect(await d.here('getUsage', { query: { period } })).toMatchObject({ status: 400, body: { errors: [{ pointer: '?period' }] } })
  expect((await d.here('previewInvoice')).body.lines).toMatchObject([{ meter: 'storage', quantity: '7' }])
})

test('100 events at once are counted, whether they spread over the counters or all fall on one', async () => {
  const d = await departure()
  const workspace = await itemOf(d.world, d.workspaceId)
  expect(await d.report(batch(100, 'spread'))).toMatchObject({ body: { accepted: 100, duplicates: 0 } })
  const rows = await allRows(d.world.services.table)
  const counters = rows.filter((row) => kindOf(row) === 'UsageCounter')
  expect(counters).toHaveLength(workspace.usageShards)

  const narrow = await departure()
  await narrow.world.services.table.change(keys.workspace(narrow.workspaceId), { set: { usageShards: 1 } })
  expect(await narrow.report(batch(100, 'one'))).toMatchObject({ body: { accepted: 100, duplicates: 0 } })
  expect(await narrow.report(batch(100, 'one'))).toMatchObject({ body: { accepted: 0, duplicates: 100 } })

  expect((await usageOf(d)).meters).toMatchObject([{ quantity: '100' }])
  expect((await usageOf(narrow)).meters).toMatchObject([{ quantity: '100' }])
})

test('a sealed counter accepts nothing and keeps its sum, and sealing again answers the same', async () => {
  const d = await departure()
  await d.report(batch(50))
  const workspace = await itemOf(d.world, d.workspaceId)
  const { table } = d.world.services

  const sealed = await sealUsage(table, workspace)
  expect(await d.report(batch(50, 'late'))).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })

  expect(await sealUsage(table, workspace)).toEqual(sealed)
  expect(await readUsage(table, workspace)).toEqual(sealed)
  expect(sealed.get('2026-11')?.get('requests')).toBe(50_000_000n)
})

test('a batch that was partly counted before the counters were sealed is not answered as refused', async () => {
  const d = await departure()
  await d.report(batch(100, 'warm'))
  const rows = await allRows(d.world.services.table)
  const [first] = keysOf(keys.usageCounter, rows)
  await d.world.services.table.change(first!, { set: { status: 'sealed' } })

  const answer = await d.report(batch(100, 'late'))

  expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '1' } })
})

test('no counter can be opened in a workspace that is being deleted, and a late event recreates nothing', async () => {
  const d = await departure()
  const workspace = await itemOf(d.world, d.workspaceId)
  await d.erase()
  const { countEvents } = await import('#shared/table/usage.ts')
  const event = { id: 'late', meter: 'storage', quantity: 1n, worth: 1n, occurredAt: d.world.now.toISOString() }

  const late = () => countEvents(d.world.services.table, workspace, [event], { limit: 1_000n, now: d.world.now })

  await expect(late()).rejects.toMatchObject({ code: 'unauthenticated' })
  await d.finish()
  await expect(late()).rejects.toMatchObject({ code: 'unauthenticated' })
  expect((await allRows(d.world.services.table)).filter(({ pk }) => pk.startsWith('USAGE#'))).toEqual([])
})

test('only keys can report usage, and only admins and keys with usage:read can see it', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'developer')

  expect(await d.report(batch(1), d.ann.token)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await d.here('getUsage', { as: bob.token })).toMatchObject({ status: 403 })
  expect(await d.here('getUsage', { as: d.secret })).toMatchObject({ status: 403 })
})

test('sums beyond 2^53 minor units, counted before there was a bound, are read, issued and mailed to the last digit', async () => {
  const d = await departure()
  await d.use('storage', 1)
  const rows = await allRows(d.world.services.table)
  const { pk, sk } = rows.find((row) => kindOf(row) === 'UsageCounter')!
  await tamper(d.world, { pk, sk }, { 'sum:2026-10:storage': 123_456_789_012_345_678_901_234_567_890n })

  const lines = [{ meter: 'storage', quantity: '123456789012345678901235.56789', amount: 864_197_523_086_419_752_308_649n }]
  expect(await usageOf(d, '2026-10')).toMatchObject({
    meters: [{ quantity: '123456789012345678901234.56789', amount: 864_197_523_086_419_752_308_642n }],
    total: 864_197_523_086_419_752_308_642n,
  })
  expect(await d.here('previewInvoice')).toMatchObject({ status: 200, body: { lines, total: 864_197_523_086_419_752_308_649n } })
  await d.erase()
  expect(await d.finish()).toEqual([])
  expect(await d.invoice()).toMatchObject({ status: 'open', lines, total: 864_197_523_086_419_752_308_649n })
  await d.world.run('sendMail')
  expect(d.world.mails.at(-1)?.text).toContain('Total: 8641975230864197523086.49 USD')
  expect(await d.deletion()).toMatchObject({ status: 'completed' })
})

test('a deletion erases the usage of every shard', async () => {
  const d = await departure()
  await d.report(batch(100))
  await d.erase()
  await d.finish()

  expect((await allRows(d.world.services.table)).filter(({ pk }) => pk.startsWith('USAGE#'))).toEqual([])
})
