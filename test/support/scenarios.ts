import { expect, vi } from 'vitest'
import { deletionIdOf, finalInvoiceIdOf } from '#shared/domain/ids.ts'
import type { Table } from '#shared/table/engine.ts'
import { type Capacity, countCapacity } from './capacity-meter.ts'
import type { Ask } from './event.ts'
import { metered, type Reading } from './meter.ts'
import { withProvider } from './payments.ts'
import { scene } from './scene.ts'
import { signUp, tokenOf } from './world.ts'

/** What a case costs: its calls to AWS, and the bytes that it sends and receives. */
export interface Cost extends Reading, Capacity {
  /** Messages that were handed to queues. */
  readonly messages: number
  readonly requestBytes: number
  readonly responseBytes: number
}

/** Addresses of this many people. */
export const emails = (count: number, name = 'p') => Array.from({ length: count }, (_, i) => `${name}${i}@example.com`)

export const bobsAddress = 'bob@example.com'

/** One digit of it: the others change with every word. */
const bytesOf = (value: unknown): number =>
  value === undefined ? 0 : Number(Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value)).toPrecision(1))

/** Runs something while no timer fires: slow calls on a busy machine are not resent, so that the cost is the same everywhere. */
async function atOneMoment<T>(run: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    return await run()
  } finally {
    vi.useRealTimers()
  }
}

/** Runs something once, before the first write that a client sends, in a transaction or by itself. */
function onFirstWrite(client: Table['client'], happens: () => Promise<unknown>): void {
  let isArmed = true
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (isArmed && /^(Put|Update|Delete|BatchWrite|TransactWrite)/.test(String(context.commandName))) {
        isArmed = false
        await happens()
      }
      return next(args)
    },
    { step: 'initialize', name: 'beforeFirstWrite' },
  )
}

/**
 * Ann's workspace with a meter: `take` calls an operation below the workspace, which must succeed, and `work` runs a worker. If
 * `beforeWrite` is given, it runs once, before the first write of what is taken, which then may be refused: `answers` has its answer.
 */
export async function meteredScene(beforeWrite?: (team: Awaited<ReturnType<typeof scene>>) => Promise<unknown>) {
  const team = await scene()
  const provider = withProvider(team.world)
  const meter = metered(team.world)
  const capacity = countCapacity(meter.services.table, team.world.services.table)
  const answers: Awaited<ReturnType<typeof team.world.call>>[] = []
  let messages = 0
  const services = {
    ...meter.services,
    queue: {
      enqueue: (...[name, some, delay]: Parameters<typeof meter.services.queue.enqueue>) => {
        messages += some.length
        return meter.services.queue.enqueue(name, some, delay)
      },
    },
  }

  const cost = async (run: () => Promise<{ request?: unknown; response?: unknown }>): Promise<Cost> => {
    messages = 0
    capacity.reset()
    let exchanged: { request?: unknown; response?: unknown } = {}
    const reading = await atOneMoment(() =>
      meter.measure(async () => {
        exchanged = await run()
      }),
    )
    const { request, response } = exchanged
    const sizes = { requestBytes: bytesOf(request), responseBytes: bytesOf(response) }
    return { ...reading, ...capacity.read(), messages, ...sizes }
  }
  const take = (name: string, { as = team.ann.token, path = {}, ...ask }: Ask = {}) =>
    cost(async () => {
      const answer = await team.world.call(name, { as, path: { ...team.path, ...path }, ...ask }, services)
      answers.push(answer)
      if (!beforeWrite) expect(answer.status).toBeLessThan(300)
      return { request: ask.body, response: answer.body }
    })
  const work = (name: string) =>
    cost(async () => {
      expect(await team.world.run(name, undefined, services), JSON.stringify(team.world.logs)).toEqual([])
      return {}
    })
  if (beforeWrite) onFirstWrite(meter.services.table.client, () => beforeWrite(team))
  return { ...team, provider, take, work, answers }
}
export type Metered = Awaited<ReturnType<typeof meteredScene>>

const invitationId = async ({ invite, mail }: Metered): Promise<string> => {
  const { body } = await invite(bobsAddress)
  await mail()
  return body.results[0].invitation.id
}
const create = async ({ here }: Metered, name: string, body: object) => (await here(name, { body })).body
const reporting = async (team: Metered) => (await create(team, 'createApiKey', { name: 'CI', scopes: ['usage:write'] })).secret as string
const events = (name: string, count = 100) =>
  Array.from({ length: count }, (_, i) => ({ id: `${name}${i}`, meter: 'requests', quantity: 100 }))

/** Uses a meter, so that something must be paid. */
const use = async (team: Metered) => team.world.call('reportUsage', { as: await reporting(team), body: { events: events('a') } })

/** Deletes Ann's workspace and runs its deletion to the end. */
async function left(team: Metered): Promise<Metered> {
  await team.here('deleteWorkspace', { query: { confirm: 'Blue Team' } })
  expect(await team.world.run('runDeletion')).toEqual([])
  return team
}

/** One line per case: the operation (or worker) that its name begins with, its budget in rounds, and what is measured. */
export const scenarios: readonly (readonly [string, number, (team: Metered) => Promise<Cost>])[] = [
  ['createAccount', 1, ({ take }) => take('createAccount', { as: tokenOf('new@example.com') })],
  ['createAccount where it exists', 2, ({ take }) => take('createAccount')],
  [
    'createAccount with another e-mail',
    2,
    ({ take, ann }) => take('createAccount', { as: tokenOf('ann@new.example', { sub: ann.email, iat: 1_764_000_100 }) }),
  ],
  ['getMe', 1, ({ take }) => take('getMe')],
  ['whoami of a person', 1, ({ take }) => take('whoami')],
  [
    'whoami of a key',
    1,
    async (team) => {
      const { secret } = await create(team, 'createApiKey', { name: 'CI' })
      // The first use is recorded, a second one within the same minute is not.
      await team.world.call('whoami', { as: secret })
      return team.take('whoami', { as: secret })
    },
  ],
  ['listMyInvitations', 2, ({ take }) => take('listMyInvitations')],
  ['createWorkspace', 2, ({ take }) => take('createWorkspace', { body: { name: 'New' } })],
  ['listWorkspaces', 2, ({ take }) => take('listWorkspaces')],
  ['getWorkspace', 1, ({ take }) => take('getWorkspace')],
  ['updateWorkspace', 2, ({ take }) => take('updateWorkspace', { body: { name: 'New' } })],
  ['listMembers', 1, ({ take }) => take('listMembers')],
  [
    'updateMember',
    2,
    async ({ take, join }) =>
      take('updateMember', { path: { accountId: (await join(bobsAddress, 'member')).id }, body: { role: 'admin' } }),
  ],
  ['removeMember', 2, async ({ take, join }) => take('removeMember', { path: { accountId: (await join(bobsAddress, 'admin')).id } })],
  ['leaveWorkspace', 2, async ({ take, join }) => take('leaveWorkspace', { as: (await join(bobsAddress, 'admin')).token })],
  [
    'leaveWorkspace with a successor',
    2,
    async ({ take, join }) => take('leaveWorkspace', { query: { successorId: (await join(bobsAddress, 'member')).id } }),
  ],
  [
    'leaveWorkspace where an admin must be found',
    3,
    async ({ take, join }) => {
      await join(bobsAddress, 'member')
      return take('leaveWorkspace')
    },
  ],
  ['listInvitations', 1, ({ take }) => take('listInvitations')],
  ['createInvitations of one', 3, ({ take }) => take('createInvitations', { body: { emails: [bobsAddress] } })],
  ['createInvitations of 50', 3, ({ take }) => take('createInvitations', { body: { emails: emails(50) } })],
  [
    'createInvitations of 50 once more',
    3,
    async ({ take, invite, world }) => {
      await invite(emails(50))
      world.passSeconds(60)
      return take('createInvitations', { body: { emails: emails(50) } })
    },
  ],
  [
    'resendInvitation',
    2,
    async (team) => {
      const path = { invitationId: await invitationId(team) }
      team.world.passSeconds(60)
      return team.take('resendInvitation', { path })
    },
  ],
  ['revokeInvitation', 2, async (team) => team.take('revokeInvitation', { path: { invitationId: await invitationId(team) } })],
  [
    'lookUpInvitation',
    1,
    async (team) => {
      await invitationId(team)
      return team.take('lookUpInvitation', { body: { token: team.world.linkToken(bobsAddress) } })
    },
  ],
  [
    'acceptInvitation without an account',
    2,
    async (team) => {
      await invitationId(team)
      return team.take('acceptInvitation', { as: tokenOf(bobsAddress), body: { token: team.world.linkToken(bobsAddress) } })
    },
  ],
  [
    'acceptInvitation with an account',
    2,
    async (team) => {
      const bob = await signUp(team.world, bobsAddress)
      return team.take('acceptInvitation', { as: bob.token, body: { invitationId: await invitationId(team) } })
    },
  ],
  [
    'declineInvitation',
    2,
    async (team) => team.take('declineInvitation', { as: tokenOf(bobsAddress), body: { invitationId: await invitationId(team) } }),
  ],
  ['listProjects', 1, ({ take }) => take('listProjects')],
  ['createProject', 2, ({ take }) => take('createProject', { body: { name: 'P' } })],
  [
    'getProject',
    1,
    async (team) => team.take('getProject', { path: { projectId: (await create(team, 'createProject', { name: 'P' })).id } }),
  ],
  [
    'updateProject',
    2,
    async (team) =>
      team.take('updateProject', { path: { projectId: (await create(team, 'createProject', { name: 'P' })).id }, body: { name: 'Q' } }),
  ],
  [
    'deleteProject',
    2,
    async (team) => team.take('deleteProject', { path: { projectId: (await create(team, 'createProject', { name: 'P' })).id } }),
  ],
  ['listApiKeys', 1, ({ take }) => take('listApiKeys')],
  ['createApiKey', 2, ({ take }) => take('createApiKey', { body: { name: 'CI' } })],
  [
    'revokeApiKey',
    2,
    async (team) => team.take('revokeApiKey', { path: { apiKeyId: (await create(team, 'createApiKey', { name: 'CI' })).apiKey.id } }),
  ],
  [
    'reportUsage, on the first use of its shards',
    5,
    async (team) => team.take('reportUsage', { as: await reporting(team), body: { events: events('a') } }),
  ],
  [
    'reportUsage',
    2,
    async (team) => {
      const as = await reporting(team)
      await team.world.call('reportUsage', { as, body: { events: events('a') } })
      return team.take('reportUsage', { as, body: { events: events('b') } })
    },
  ],
  ['getUsage', 2, ({ take }) => take('getUsage')],
  ['previewInvoice', 2, ({ take }) => take('previewInvoice')],
  ['deleteWorkspace', 2, ({ take }) => take('deleteWorkspace', { query: { confirm: 'Blue Team' } })],
  [
    'rotateApiKey',
    2,
    async (team) => team.take('rotateApiKey', { path: { apiKeyId: (await create(team, 'createApiKey', { name: 'CI' })).apiKey.id } }),
  ],
  ['listMeters', 1, ({ take }) => take('listMeters')],
  ['setPaymentMethod', 3, ({ take }) => take('setPaymentMethod', { body: { paymentMethodId: 'pm_card_visa' } })],
  ['listInvoices', 2, ({ take }) => take('listInvoices')],
  ['listMyInvoices of one', 3, async (team) => (await left(team)).take('listMyInvoices')],
  ['getInvoice', 2, async (team) => (await left(team)).take('getInvoice', { path: { invoiceId: finalInvoiceIdOf(team.workspace.id) } })],
  [
    'payInvoice',
    8,
    async (team) => {
      await use(team)
      const path = { invoiceId: finalInvoiceIdOf(team.workspace.id) }
      return (await left(team)).take('payInvoice', { path, body: { paymentMethodId: 'pm_card_visa' } })
    },
  ],
  ['getDeletion', 2, async (team) => (await left(team)).take('getDeletion', { path: { deletionId: deletionIdOf(team.workspace.id) } })],
  ['health', 0, ({ take }) => take('health')],
  ['config', 0, ({ take }) => take('config')],
  ['invitationPage', 0, ({ take }) => take('invitationPage')],
  ['openapi', 0, ({ take }) => take('openapi')],
  [
    'sendMail of one invitation',
    3,
    async (team) => {
      await team.invite(bobsAddress)
      return team.work('sendMail')
    },
  ],
  ['sendMail of one invoice', 3, async (team) => (await left(team)).work('sendMail')],
  [
    'runDeletion of a workspace that used a meter',
    65,
    async (team) => {
      await use(team)
      await team.here('setPaymentMethod', { body: { paymentMethodId: 'pm_card_visa' } })
      await team.here('deleteWorkspace', { query: { confirm: 'Blue Team' } })
      return team.work('runDeletion')
    },
  ],
  [
    'updateMembers of two workspaces',
    4,
    async (team) => {
      await team.world.call('createAccount', { as: tokenOf('ann@new.example', { sub: team.ann.email, iat: 1_764_000_100 }) })
      return team.work('updateMembers')
    },
  ],
  ['cleanUp with nothing due', 1, ({ work }) => work('cleanUp')],
]
