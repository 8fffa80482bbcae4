import { expect, onTestFinished, test } from 'vitest'
import type { Account } from '#shared/domain/account.ts'
import type { Collection } from '#shared/table/design/collection.ts'
import * as keys from '#shared/table/design/keys.ts'
import { documentClient, put, Table, update } from '#shared/table/engine.ts'
import { rawKey } from '#test/support/raw-key.ts'
import { putAll } from '#test/support/scene.ts'
import { createWorld, localClient, type World } from '#test/support/world.ts'

const key = (sk: string) => rawKey<{ readonly i: number }>({ pk: 'TEST', sk })
const collection: Collection<{ readonly i: number }> = { pk: 'TEST' }
const named = (i: number) => String(i).padStart(4, '0')

async function filled(count: number, item: (i: number) => object = () => ({})): Promise<World> {
  const world = await createWorld()
  onTestFinished(() => world.close())
  await putAll(
    world,
    Array.from({ length: count }, (_, i) => ({ ...key(named(i)), i, ...item(i) })),
  )
  return world
}

test('any number of keys is read in order, including repeated and missing ones', async () => {
  const { services } = await filled(250)
  const wanted = [...Array.from({ length: 250 }, (_, i) => key(named(249 - i))), key('missing'), key(named(7)), key(named(7))]

  const found = await services.table.get(wanted)

  expect(found.map((item) => item?.i)).toEqual([...Array.from({ length: 250 }, (_, i) => 249 - i), undefined, 7, 7])
  expect(await services.table.get([])).toEqual([])
})

test('results have the shape of the request, however it is nested', async () => {
  const { services } = await filled(3)

  const found = await services.table.get({
    one: key('0001'),
    missing: key('missing'),
    more: [{ two: key('0002') }, { two: key('none') }],
    none: {},
  })

  expect(found).toEqual({
    one: { ...key('0001'), i: 1 },
    missing: undefined,
    more: [{ two: { ...key('0002'), i: 2 } }, { two: undefined }],
    none: {},
  })
})

test('a result has its key’s type: using it as another type does not compile', async () => {
  const { services } = await filled(0)
  const { account, member } = await services.table.get({
    account: keys.account('acc_1'),
    member: keys.member({ workspaceId: 'ws_1', accountId: 'acc_1' }),
  })

  // @ts-expect-error a member's key finds no account
  const swapped: Account | undefined = member
  // @ts-expect-error nothing but a project is put under a project's key
  const misplaced = put(keys.project({ workspaceId: 'ws_1', projectId: 'prj_1' }), { name: 'x' })

  expect([account, swapped, misplaced.request.Put?.Item?.sk]).toEqual([undefined, undefined, 'PROJECT#prj_1'])
})

test('keys that DynamoDB leaves unprocessed are requested again', async () => {
  const world = await filled(100)
  const client = documentClient(localClient())
  let calls = 0
  client.middlewareStack.add(
    (next) => async (args) => {
      const input = args.input as unknown as { RequestItems?: Record<string, { Keys: object[] }> }
      const [[name = '', request] = []] = Object.entries(input.RequestItems ?? {})
      if (!request || request.Keys.length <= 40) return next(args)
      calls++
      const short = { RequestItems: { [name]: { ...request, Keys: request.Keys.slice(0, 40) } } }
      const result = await next({ ...args, input: short as unknown as typeof args.input })
      const rest = { [name]: { Keys: request.Keys.slice(40) } }
      return { ...result, output: { ...result.output, UnprocessedKeys: rest } } as typeof result
    },
    { step: 'initialize', name: 'short', priority: 'high' },
  )
  const table = new Table(client, world.services.table.name)

  const found = await table.get(Array.from({ length: 100 }, (_, i) => key(named(i))))

  expect(found.map((item) => item?.i)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(calls).toBe(2)
})

test('a query result longer than DynamoDB’s page (1 MB) is read completely, in order', async () => {
  const { services } = await filled(60, () => ({ text: 'x'.repeat(30_000) }))

  const all = await services.table.queryAll(collection)

  expect(all.map(({ i }) => i)).toEqual(Array.from({ length: 60 }, (_, i) => i))
  expect((await services.table.query(collection)).last).toBeDefined()
})

test('a query takes a start, an end, a position to continue from and a limit', async () => {
  const { services } = await filled(30)
  const sks = async (options: object) => (await services.table.query({ ...collection, ...options }, options)).items.map(({ sk }) => sk)

  expect(await sks({ beginsWith: '001' })).toEqual(Array.from({ length: 10 }, (_, i) => named(10 + i)))
  expect(await sks({ upTo: '0002' })).toEqual(['0000', '0001', '0002'])
  expect(await sks({ startAfter: key('0026') })).toEqual(['0027', '0028', '0029'])
  expect(await sks({ limit: 2 })).toEqual(['0000', '0001'])
  expect(await sks({ beginsWith: 'x' })).toEqual([])
})

test('whole numbers are exact, however large', async () => {
  const { services } = await filled(0)
  const { table } = services
  const large = 2n ** 53n + 1n
  await table.write(put<object>(key('a'), { small: 7, negative: -7, edge: Number.MAX_SAFE_INTEGER, large, sum: 0 }))

  for (let i = 0; i < 3; i++) await table.write(update(key('a'), { add: { sum: large } }))

  const item = await table.get(key('a'))
  expect(item).toEqual({ ...key('a'), v: 1, small: 7, negative: -7, edge: Number.MAX_SAFE_INTEGER, large, sum: 3n * large })
})
