import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import { itemVersion, versionAttribute } from '#shared/table/design/attributes.ts'
import { type Declaration, type ItemOf, isPlaceOf } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import { allRows, type Row } from '#test/support/invariants.ts'
import { type Cost, type Metered, meteredScene, scenarios } from '#test/support/scenarios.ts'

/** The attributes of an item that may be missing, but for those whose names are made of an id or a month. */
type OptionalIn<T> = keyof {
  [N in keyof T as N extends `dismissed#${string}` | `sum:${string}` ? never : undefined extends T[N] ? N : never]-?: true
}
type Names<T> = { readonly [N in OptionalIn<T>]: true }
type Declared = typeof keys

/** Each attribute that is optional by type: the compiler asks for a new one here, so that the laws below try to be without it. */
const optional: { readonly [E in keyof Declared]: Names<ItemOf<Declared[E]>> } = {
  account: { emailIssuedAt: true, version: true, changedAt: true, gsi2pk: true, gsi2sk: true },
  inviteQuota: {},
  callerIdempotencyRecord: { body: true, workspaceId: true },
  paymentTries: { try0: true, try1: true, try2: true, try3: true, try4: true },
  invoicePointer: {},
  workspace: { dismissals: true, paymentTurns: true },
  member: { addressKey: true, isDefault: true, gsi1pk: true, gsi1sk: true },
  memberAddress: {},
  invitation: {
    roleFrom: true,
    outbox: true,
    claimedUntil: true,
    tokenHashes: true,
    messageId: true,
    acceptedBy: true,
    acceptedAt: true,
    accountCreated: true,
    gsi1pk: true,
    gsi1sk: true,
    gsi2pk: true,
    gsi2sk: true,
  },
  project: {},
  apiKey: { former: true },
  billing: { account: true, former: true, brand: true, last4: true },
  idempotencyRecord: { body: true, workspaceId: true },
  usageCounter: { worth: true },
  usageEvent: {},
  deletion: { page: true, chargeSince: true, chargeAttempts: true, nextAttemptAt: true, gsi2pk: true, gsi2sk: true },
  invoice: {
    paymentTurns: true,
    try0: true,
    try1: true,
    try2: true,
    try3: true,
    try4: true,
    minorDigits: true,
    billing: true,
    account: true,
    customerId: true,
    intentId: true,
    intentSought: true,
    intentFailures: true,
    attempt: true,
    workerUntil: true,
    handedOver: true,
    detached: true,
    gsi2pk: true,
    gsi2sk: true,
  },
  reader: { outbox: true, claimedUntil: true, mailed: true, messageId: true, mailbox: true, delivery: true, gsi2pk: true, gsi2sk: true },
  invoiceNumber: {},
  mailQuota: {},
  mailBlock: {},
}
const optionalIn = new Map<string, object>(Object.entries(optional))

const declarations = Object.entries<Declaration>(keys)
const declarationOf = (row: Row) => declarations.find(([, declaration]) => isPlaceOf(declaration, row))
const without = (row: Row, names: readonly string[]) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))

/** What each version added to items: those of the versions before it lack it. */
const added: readonly { readonly [E in keyof Declared]?: readonly (keyof ItemOf<Declared[E]>)[] }[] = [
  {},
  { account: ['emailVerified'], member: ['emailVerified', 'accountVersion'], invitation: ['sentAfter'] },
]
const earlier = added.map((_, version) => version).slice(0, -1)

/** A row as code of a version put it. */
function ofVersion(version: number, row: Row): Row {
  const [name = ''] = declarationOf(row) ?? []
  const later = added.slice(version + 1).flatMap((each) => new Map<string, readonly string[]>(Object.entries(each)).get(name) ?? [])
  const old = without(row, [versionAttribute, ...later]) as Row
  return version === 0 ? old : { ...old, [versionAttribute]: version }
}

/** A row with nothing in it that may be missing: neither of its noun nor of the table. */
function bare(row: Row): object {
  const [name = ''] = declarationOf(row) ?? []
  return without(ofVersion(0, row), Object.keys(optionalIn.get(name) ?? {}))
}

/** A row as the code of the next version puts it. */
const next = (row: Row): object => ({ ...row, [versionAttribute]: itemVersion + 1, later: 'kept' })

const nothing: Cost = await Promise.resolve({} as Cost)

/** Runs a scenario whose last call finds every row rewritten; answers its status, 200 for a worker that fails on no message. */
async function runOver(run: (team: Metered) => Promise<Cost>, rewrite: (row: Row) => object) {
  const team = await meteredScene()
  const { table } = team.world.services
  const statuses: number[] = []
  let found: readonly Row[] = []
  const rewriteAll = async () => {
    found = await allRows(table)
    await Promise.all(found.map((row) => table.client.send(new PutCommand({ TableName: table.name, Item: rewrite(row) }))))
  }
  const take: Metered['take'] = async (name, { as = team.ann.token, path = {}, ...ask } = {}) => {
    await rewriteAll()
    statuses.push((await team.world.call(name, { as, path: { ...team.path, ...path }, ...ask })).status)
    return nothing
  }
  const work: Metered['work'] = async (name) => {
    await rewriteAll()
    statuses.push((await team.world.run(name)).length === 0 ? 200 : 500)
    return nothing
  }
  await run({ ...team, take, work })
  return { status: statuses[0] ?? 0, found, left: await allRows(table), logs: team.world.logs }
}

test.each(earlier.flatMap((version) => scenarios.map(([name, , run]) => [name, version, run] as const)))(
  '%s works on rows of version %i',
  async (_, version, run) => {
    const { status, logs } = await runOver(run, (row) => ofVersion(version, row))

    expect(status, JSON.stringify(logs)).toBeLessThan(400)
  },
)

test.each(scenarios)('%s ends in no error on rows that lack every attribute that may be missing', async (_, __, run) => {
  const { status, logs } = await runOver(run, bare)

  expect(status, JSON.stringify(logs)).toBeLessThan(500)
})

test.each(scenarios)('%s works on rows of the next version, and keeps of them what it does not know', async (_, __, run) => {
  const { status, found, left, logs } = await runOver(run, next)

  expect(status, JSON.stringify(logs)).toBeLessThan(400)
  const old = new Set(found.map(({ pk, sk }) => `${pk}\n${sk}`))
  const lost = left.filter((row) => old.has(`${row.pk}\n${row.sk}`) && row.later === undefined && row.status !== 'deleted')
  expect(lost.map(({ pk, sk }) => `${pk} ${sk}`)).toEqual([])
})

test('the laws know which attributes every version added', () => {
  expect(added).toHaveLength(itemVersion + 1)
  const named = new Set(added.flatMap((each) => Object.entries(each).flatMap(([name, lacking]) => lacking.map((one) => `${name}.${one}`))))
  expect(
    declarations
      .flatMap(([name, { defaults = {} }]) => Object.keys(defaults).map((one) => `${name}.${one}`))
      .filter((one) => !named.has(one)),
  ).toEqual([])
})

test('every item that is put has a version', async () => {
  const { world, here } = await meteredScene()
  await here('createProject', { body: { name: 'P' } })

  expect((await allRows(world.services.table)).filter((row) => row[versionAttribute] !== itemVersion)).toEqual([])
})
