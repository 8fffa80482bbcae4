import type { Deletion } from '#shared/domain/deletion.ts'
import { deletionIdOf, finalInvoiceIdOf } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import { allRows, kindOf, type Row } from './invariants.ts'
import { withProvider } from './payments.ts'
import { scene } from './scene.ts'
import type { World } from './world.ts'

/** The kinds of rows that may remain of a deleted workspace: everything else is a leftover. */
export const mayStay = [
  'Account',
  'InviteQuota',
  'PaymentTries',
  'CallerIdempotencyRecord',
  'Deletion',
  'Invoice',
  'Reader',
  'InvoicePointer',
  'InvoiceNumber',
]

/** Anything with a table. */
type Tabled = { readonly services: Pick<World['services'], 'table'> }

/** Every row that belongs to a workspace or names it in any attribute. */
export async function rowsOf({ services: { table } }: Tabled, workspaceId: string): Promise<Row[]> {
  const body = workspaceId.slice('ws_'.length)
  return (await allRows(table)).filter((row) => JSON.stringify(row, plain).includes(body))
}

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Set ? [...value] : value)

/** The rows of a deleted workspace that should be gone. */
export async function leftoversOf(world: Tabled, workspaceId: string): Promise<string[]> {
  const rows = await rowsOf(world, workspaceId)
  return rows
    .filter((row) => !mayStay.includes(kindOf(row) ?? '') && !(kindOf(row) === 'Workspace' && row.status === 'deleted'))
    .map(({ pk, sk }) => `${pk} ${sk}`)
}

/** A deletion as stored in the table. */
export async function deletionOf({ services }: World, workspaceId: string): Promise<Deletion | undefined> {
  const deletion = await services.table.get(keys.deletion(deletionIdOf(workspaceId)))
  return deletion
}

/** Runs what is queued, or the sweep if nothing is, until a deletion is completed. Returns the failures along the way. */
export async function finish(world: World, workspaceId: string, rounds = 40): Promise<unknown[]> {
  const failures: unknown[] = []
  for (let round = 0; round < rounds; round++) {
    failures.push(...(await world.run('runDeletion')))
    if ((await deletionOf(world, workspaceId))?.step === 'completed') return failures
    world.passSeconds(61)
    await world.run('cleanUp')
  }
  throw new Error(`The deletion is not completed after ${rounds} rounds`)
}

/** The scene of Blue Team with a payment provider and an API key, and helpers for tests of a workspace's deletion. */
export async function departure(settings: Record<string, string> = {}) {
  const before = await scene(settings)
  const { world, ann, path, here } = before
  const provider = withProvider(world)
  const { body: made } = await here('createApiKey', { body: { name: 'Reporter' } })
  const secret = made.secret as string
  let count = 0
  return {
    ...before,
    provider,
    secret,
    apiKey: made.apiKey,
    workspaceId: path.workspaceId,
    deletionId: deletionIdOf(path.workspaceId),
    invoiceId: finalInvoiceIdOf(path.workspaceId),
    report: (events: readonly object[], as = secret) => world.call('reportUsage', { as, body: { events } }),
    /** Reports one event with a new id. */
    use: (meter: string, quantity: number | string, rest: object = {}) =>
      world.call('reportUsage', { as: secret, body: { events: [{ id: `use-${count++}`, meter, quantity, ...rest }] } }),
    card: (paymentMethodId: string) => here('setPaymentMethod', { body: { paymentMethodId } }),
    erase: (confirm = 'Blue Team', as = ann.token) => here('deleteWorkspace', { as, query: { confirm } }),
    finish: () => finish(world, path.workspaceId),
    invoice: async (as = ann.token) =>
      (await world.call('getInvoice', { as, path: { invoiceId: finalInvoiceIdOf(path.workspaceId) } })).body,
    pay: (paymentMethodId: string, as = ann.token) =>
      world.call('payInvoice', { as, path: { invoiceId: finalInvoiceIdOf(path.workspaceId) }, body: { paymentMethodId } }),
    deletion: async (as = ann.token) =>
      (await world.call('getDeletion', { as, path: { deletionId: deletionIdOf(path.workspaceId) } })).body,
    charges: () => provider.charges(path.workspaceId).map(({ amount, status }) => ({ amount, status })),
  }
}
export type Departure = Awaited<ReturnType<typeof departure>>
