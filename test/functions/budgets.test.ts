import { expect, test } from 'vitest'
import type { Ask } from '#test/support/event.ts'
import { metered } from '#test/support/meter.ts'
import { crowd, scene } from '#test/support/scene.ts'
import { signUp, tokenOf } from '#test/support/world.ts'

const emails = (count: number, name = 'p') => Array.from({ length: count }, (_, i) => `${name}${i}@example.com`)
const bobsAddress = 'bob@example.com'

/** Ann's workspace with a meter: the rounds of an operation below the workspace, which must succeed. */
async function meteredScene() {
  const team = await scene()
  const meter = metered(team.world)
  const take = async (name: string, { as = team.ann.token, path = {}, ...ask }: Ask = {}) => {
    let status = 0
    const reading = await meter.measure(async () => {
      ;({ status } = await team.world.call(name, { as, path: { ...team.path, ...path }, ...ask }, meter.services))
    })
    expect(status).toBeLessThan(300)
    return reading
  }
  return { ...team, take }
}
type Metered = Awaited<ReturnType<typeof meteredScene>>

const invitationId = async ({ invite, mail }: Metered): Promise<string> => {
  const { body } = await invite(bobsAddress)
  await mail()
  return body.results[0].invitation.id
}
const create = async ({ here }: Metered, name: string, body: object) => (await here(name, { body })).body
const reporting = async (team: Metered) => (await create(team, 'createApiKey', { name: 'CI', scopes: ['usage:write'] })).secret as string
const events = (name: string) => Array.from({ length: 100 }, (_, i) => ({ id: `${name}${i}`, meter: 'requests', quantity: 1 }))

/** One line an operation: its budget in rounds, and what is measured. */
const budgets: readonly (readonly [string, number, (team: Metered) => Promise<{ rounds: number }>])[] = [
  ['createAccount', 1, ({ take }) => take('createAccount', { as: tokenOf('new@example.com') })],
  ['createAccount where it exists', 2, ({ take }) => take('createAccount')],
  ['getMe', 1, ({ take }) => take('getMe')],
  ['whoami of a person', 1, ({ take }) => take('whoami')],
  [
    'whoami of a key',
    1,
    async (team) => {
      const { secret } = await create(team, 'createApiKey', { name: 'CI' })
      // The first use is noted, the second within the same while is not.
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
]

test.each(budgets)('%s takes at most %i rounds', async (_, budget, run) => {
  const team = await meteredScene()

  const reading = await run(team)

  expect(reading.rounds, JSON.stringify(reading)).toBeLessThanOrEqual(budget)
})

test('only what owes an e-mail or a deletion goes to a queue, once', async () => {
  const { take, world } = await meteredScene()

  expect(await take('createInvitations', { body: { emails: emails(50) } })).toMatchObject({ announcements: 1 })
  world.passSeconds(60)
  expect(await take('createProject', { body: { name: 'P' } })).toMatchObject({ announcements: 0 })
  expect(await take('deleteWorkspace', { query: { confirm: 'Blue Team' } })).toMatchObject({ announcements: 1 })
})

test('the rounds of a workspace with 1,000 members and 150 invitations are those of a small one', async () => {
  const { take, world, workspace, invite } = await meteredScene()
  for (const name of ['a', 'b', 'c']) await invite(emails(50, name))
  await crowd(world, workspace.id, 998)
  const query = { limit: '100' }

  expect(await take('listMembers', { query })).toMatchObject({ rounds: 1 })
  expect(await take('listInvitations', { query })).toMatchObject({ rounds: 1 })
  expect(await take('getWorkspace')).toMatchObject({ rounds: 1 })
  expect((await take('createInvitations', { body: { emails: [bobsAddress] } })).rounds).toBeLessThanOrEqual(3)
  expect((await take('leaveWorkspace')).rounds).toBeLessThanOrEqual(3)
})
