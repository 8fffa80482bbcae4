import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { expect, test } from 'vitest'
import type { Role } from '#shared/domain/roles.ts'
import * as keys from '#shared/table/design/keys.ts'
import { interrupted } from '../support/faults.ts'
import { allRows, kindOf, problemsOf } from '../support/invariants.ts'
import { crowd, type Scene, scene } from '../support/scene.ts'
import { tokenOf, type World } from '../support/world.ts'

const weekSeconds = 604_800
const evil = 'evil@example.com'
const notFound = { status: 404, body: { code: 'invitation_not_found' } }
const invitationsIn = async ({ services }: World) =>
  (await allRows(services.table)).filter((row) => kindOf(row) === 'Invitation' && row.status !== 'accepted')
const holds = async ({ services }: World) => expect(await problemsOf(services.table)).toEqual([])

/** Ann's workspace with another admin, the boss. */
async function twoAdmins(settings: Record<string, string> = {}) {
  const team = await scene(settings)
  const boss = await team.join('boss@example.com', 'admin')
  const { world, here } = team
  const setRole = (role: Role, as?: string) => here('updateMember', { as, path: { accountId: boss.id }, body: { role } })
  return {
    ...team,
    boss,
    setRole,
    remove: () => here('removeMember', { path: { accountId: boss.id } }),
    leave: () => here('leaveWorkspace', { as: boss.token }),
    /** The boss is invited back, and accepts. */
    comeBack: (role: Role) => team.join(boss.email, role),
    inviteAsBoss: (emails: string | string[], role?: Role) => team.invite(emails, role, boss.token),
    accept: (invitationId: string, as = tokenOf(evil)) => world.call('acceptInvitation', { as, body: { invitationId } }),
  }
}
type TwoAdmins = Awaited<ReturnType<typeof twoAdmins>>

const idIn = ({ body }: Awaited<ReturnType<Scene['invite']>>): string => body.results[0].invitation.id

/** The ways to lose the right to invite that are not leaving. */
const dismissals: readonly (readonly [string, (team: TwoAdmins) => Promise<{ status: number }>])[] = [
  ['was removed', ({ remove }) => remove()],
  ['was demoted', ({ setRole }) => setRole('developer')],
  ['demoted themselves', ({ setRole, boss }) => setRole('member', boss.token)],
]

test.each(dismissals)('an invitation of an admin who %s is dead, and no link is mailed', async (_, dismiss) => {
  const team = await twoAdmins()
  const { world, here, mail, pending, inviteAsBoss, accept } = team
  const id = idIn(await inviteAsBoss(evil, 'admin'))
  await mail()
  const token = world.linkToken(evil)
  await inviteAsBoss('second@example.com', 'admin')
  world.mails = []

  expect((await dismiss(team)).status).toBeLessThan(300)

  await mail()
  expect(world.mails).toEqual([])
  expect(await pending()).toEqual([])
  const as = tokenOf(evil)
  await world.call('createAccount', { as })
  expect((await world.call('listMyInvitations', { as })).body.data).toEqual([])
  expect(await world.call('lookUpInvitation', { body: { token } })).toMatchObject(notFound)
  for (const body of [{ token }, { invitationId: id }]) {
    expect(await world.call('acceptInvitation', { as, body })).toMatchObject(notFound)
    expect(await world.call('declineInvitation', { as, body })).toMatchObject(notFound)
  }
  world.passSeconds(60)
  expect(await here('resendInvitation', { path: { invitationId: id } })).toMatchObject(notFound)
  expect(await here('revokeInvitation', { path: { invitationId: id } })).toMatchObject(notFound)
  world.passSeconds(weekSeconds)
  expect(await accept(id)).toMatchObject(notFound)
  await holds(world)
})

test.each(dismissals)(
  'what an admin who %s had sent stays dead when they become admin again, and what they send then is good',
  async (_, dismiss) => {
    const team = await twoAdmins()
    const { world, members, setRole, comeBack, inviteAsBoss, accept, boss } = team
    const id = idIn(await inviteAsBoss(evil, 'admin'))
    await dismiss(team)

    const isIn = (await members()).some(({ accountId }: { accountId: string }) => accountId === boss.id)
    await (isIn ? setRole('admin') : comeBack('admin'))

    expect(await accept(id)).toMatchObject(notFound)
    const again = idIn(await inviteAsBoss(evil, 'developer'))
    expect(await accept(id)).toMatchObject(notFound)
    expect(await accept(again)).toMatchObject({ status: 200, body: { member: { role: 'developer' } } })
    await holds(world)
  },
)

test.each(dismissals)(
  'inviting an address again after its sender %s is a new invitation, as member where no role is named',
  async (_, dismiss) => {
    const team = await twoAdmins()
    const { world, ann, invite, mail, inviteAsBoss, accept } = team
    const id = idIn(await inviteAsBoss(evil, 'admin'))
    await mail()
    const old = world.linkToken(evil)
    await dismiss(team)

    // Not even the minute since the last e-mail counts.
    const { body } = await invite(evil)

    const fresh = {
      id: expect.not.stringMatching(id),
      role: 'member',
      sendCount: 1,
      invitedBy: { accountId: ann.id, name: 'Ann' },
      delivery: 'queued',
    }
    expect(body.results).toMatchObject([{ outcome: 'invited', invitation: fresh }])
    expect(await world.call('lookUpInvitation', { body: { token: old } })).toMatchObject(notFound)
    expect(await accept(id)).toMatchObject(notFound)
    expect(await accept(body.results[0].invitation.id)).toMatchObject({ status: 200, body: { member: { role: 'member' } } })
    await holds(world)
  },
)

test('a member who leaves does not affect the invitations that they sent', async () => {
  const { world, inviteAsBoss, leave, accept } = await twoAdmins()
  const id = idIn(await inviteAsBoss(evil, 'developer'))
  await leave()

  expect(await accept(id)).toMatchObject({ status: 200, body: { member: { role: 'developer' } } })
  await holds(world)
})

test.each([
  ['removed as an admin', 'admin', ({ remove }: TwoAdmins) => remove()],
  ['demoted', 'admin', ({ setRole }: TwoAdmins) => setRole('member')],
  ['removed as a developer', 'developer', ({ remove }: TwoAdmins) => remove()],
  ['demoted from developer', 'developer', ({ setRole }: TwoAdmins) => setRole('member')],
  ['removed as a member', 'member', ({ remove }: TwoAdmins) => remove()],
] as const)('what somebody sent before they left dies where they come back and are %s', async (_, role, dismiss) => {
  const team = await twoAdmins()
  const { world, leave, comeBack, inviteAsBoss, accept } = team
  const before = idIn(await inviteAsBoss(evil, 'admin'))
  await leave()
  await comeBack(role)

  await dismiss(team)

  expect(await accept(before)).toMatchObject(notFound)
  await holds(world)
})

test('an admin by succession is dismissed like any other', async () => {
  const { world, ann, here, join, invite, accept } = await twoAdmins().then(async (team) => {
    await team.remove()
    return team
  })
  const heir = await join('heir@example.com', 'member')
  await here('leaveWorkspace', { query: { successorId: heir.id } })
  const id = idIn(await invite(evil, 'admin', heir.token))
  await invite(ann.email, 'admin', heir.token)
  await world.run('sendMail')
  await world.call('acceptInvitation', { as: ann.token, body: { token: world.linkToken(ann.email) } })

  expect(await here('removeMember', { path: { accountId: heir.id } })).toMatchObject({ status: 204 })

  expect(await accept(id)).toMatchObject(notFound)
  await holds(world)
})

test('a resent invitation depends on whoever resent it', async () => {
  const { world, ann, boss, here, invite, inviteAsBoss, remove, accept } = await twoAdmins()
  const [taken, again, given] = ['taken@example.com', 'again@example.com', 'given@example.com']
  const takenId = idIn(await inviteAsBoss(taken, 'developer'))
  const againId = idIn(await inviteAsBoss(again, 'developer'))
  const givenId = idIn(await invite(given, 'developer'))
  world.passSeconds(60)

  const resent = await here('resendInvitation', { path: { invitationId: takenId } })
  const invited = await invite(again)
  const handed = await here('resendInvitation', { as: boss.token, path: { invitationId: givenId } })
  await remove()

  const byAnn = { accountId: ann.id, name: 'Ann' }
  expect(resent.body.invitedBy).toEqual(byAnn)
  expect(invited.body.results).toMatchObject([{ outcome: 'resent', invitation: { role: 'developer', invitedBy: byAnn } }])
  expect(handed.body.invitedBy).toEqual({ accountId: boss.id, name: 'boss' })
  expect(await accept(givenId, tokenOf(given))).toMatchObject(notFound)
  expect(await accept(takenId, tokenOf(taken))).toMatchObject({ status: 200 })
  expect(await accept(againId, tokenOf(again))).toMatchObject({ status: 200 })
  await holds(world)
})

test('an invitation whose role was changed without a resend still dies with its last sender', async () => {
  const { world, boss, invite, inviteAsBoss, remove, accept } = await twoAdmins()
  const id = idIn(await inviteAsBoss(evil, 'member'))

  const changed = await invite(evil, 'developer')
  await remove()

  const invitedBy = { accountId: boss.id, name: 'boss' }
  expect(changed.body.results).toMatchObject([{ outcome: 'resent', invitation: { role: 'developer', sendCount: 1, invitedBy } }])
  expect(await accept(id)).toMatchObject(notFound)
  await holds(world)
})

test('an invitation whose role an admin changed without a resend dies with that admin too', async () => {
  const { world, ann, invite, inviteAsBoss, remove, accept } = await twoAdmins()
  const id = idIn(await invite([evil, 'good@example.com'], 'member'))

  const changed = await inviteAsBoss(evil, 'admin')
  await inviteAsBoss('good@example.com', 'member')
  await remove()

  const invitedBy = { accountId: ann.id, name: 'Ann' }
  expect(changed.body.results).toMatchObject([{ outcome: 'resent', invitation: { role: 'admin', sendCount: 1, invitedBy } }])
  expect(await accept(id)).toMatchObject(notFound)
  expect(await world.call('listMyInvitations', { as: tokenOf('good@example.com') })).toMatchObject({ status: 403 })
  await world.run('sendMail')
  const body = { token: world.linkToken('good@example.com') }
  expect(await world.call('acceptInvitation', { as: tokenOf('good@example.com'), body })).toMatchObject({ status: 200 })
  await holds(world)
})

test('a changed role that another admin then resends depends on that admin', async () => {
  const { world, here, invite, inviteAsBoss, remove, accept } = await twoAdmins()
  const id = idIn(await invite(evil, 'member'))
  await inviteAsBoss(evil, 'developer')
  world.passSeconds(60)
  await here('resendInvitation', { path: { invitationId: id } })

  await remove()

  expect(await accept(id)).toMatchObject({ status: 200, body: { member: { role: 'developer' } } })
})

test('invitations from before dismissals were counted die with their creator', async () => {
  const { world, path, invite, inviteAsBoss, remove, accept } = await twoAdmins()
  const id = idIn(await inviteAsBoss(evil, 'admin'))
  const good = idIn(await invite('good@example.com'))
  const { table } = world.services
  for (const { pk, sk } of [...(await invitationsIn(world)), keys.workspace(path.workspaceId)]) {
    const change = { Key: { pk, sk }, UpdateExpression: 'REMOVE sentAfter, dismissals' }
    await table.client.send(new UpdateCommand({ TableName: table.name, ...change }))
  }

  await remove()

  expect(await accept(id)).toMatchObject(notFound)
  expect(await accept(good, tokenOf('good@example.com'))).toMatchObject({ status: 200 })
})

test('dead invitations count toward no limit, and stay stored until they would have expired', async () => {
  const { world, item, invite, inviteAsBoss, remove, pending } = await twoAdmins({ INVITATIONS_PER_DAY: '1000' })
  const addresses = (name: string) => Array.from({ length: 50 }, (_, i) => `${name}${i}@example.com`)
  for (const name of ['a', 'b', 'c', 'd']) await inviteAsBoss(addresses(name))
  await remove()

  for (const name of ['e', 'f', 'g', 'h']) expect(await invite(addresses(name))).toMatchObject({ status: 200 })

  expect(await item()).toMatchObject({ pendingCount: 200 })
  expect(await pending({ limit: '100' })).toHaveLength(100)
  expect(await invite('one@example.com')).toMatchObject({ status: 409, body: { code: 'too_many_invitations' } })
  expect(await invitationsIn(world)).toHaveLength(400)
  await holds(world)
  world.passSeconds(weekSeconds)
  for (let run = 0; run < 3; run++) await world.run('cleanUp')
  expect(await invitationsIn(world)).toEqual([])
  expect(await item()).toMatchObject({ pendingCount: 0 })
  await holds(world)
})

test('the clean-up removes a dead invitation from the count, and sends nothing', async () => {
  const { world, item, inviteAsBoss, remove, accept } = await twoAdmins()
  const id = idIn(await inviteAsBoss(evil, 'admin'))
  world.queued = []
  await remove()
  world.passSeconds(16)

  await world.run('cleanUp')

  expect(world.queued).toEqual([])
  expect(await item()).toMatchObject({ pendingCount: 0 })
  expect(await invitationsIn(world)).toMatchObject([{ id, status: 'dead' }])
  expect(await accept(id)).toMatchObject(notFound)
  await holds(world)
})

test('the record of dismissals stays small, and dismissed senders’ invitations stay dead, whatever invitations existed then', async () => {
  const settings = { INVITATION_TTL_SECONDS: String(30 * 86_400), INVITATIONS_PER_DAY: '1000' }
  const { world, path, item, here, inviteAsBoss, remove, accept } = await twoAdmins(settings)
  const id = idIn(await inviteAsBoss(evil, 'admin'))
  const short = { ...world.services, settings: { ...world.services.settings, INVITATION_TTL_SECONDS: 1 } }
  await remove()

  for (const { accountId } of await crowd(world, path.workspaceId, 45)) {
    expect(await world.call('removeMember', { as: tokenOf('ann@example.com'), path: { ...path, accountId } }, short)).toMatchObject({
      status: 204,
    })
  }
  for (const { accountId } of await crowd(world, path.workspaceId, 30, 'more')) {
    await here('updateMember', { path: { accountId }, body: { role: 'developer' } })
    expect(await here('updateMember', { path: { accountId }, body: { role: 'member' } })).toMatchObject({ status: 200 })
  }

  expect(Object.keys(await item()).filter((name) => name.startsWith('dismissed#')).length).toBeLessThanOrEqual(11)
  expect(await accept(id)).toMatchObject(notFound)
  await world.run('cleanUp')
  expect(await accept(id)).toMatchObject(notFound)
  expect(await invitationsIn(world)).toMatchObject([{ id, status: 'dead' }])
  await holds(world)
})

test('a demotion that finds many dismissals removes the expired ones too', async () => {
  const { world, path, item, here, invite } = await twoAdmins()
  await invite('late@example.com')
  world.passSeconds(weekSeconds)

  for (const { accountId } of await crowd(world, path.workspaceId, 11)) {
    await here('updateMember', { path: { accountId }, body: { role: 'developer' } })
    await here('updateMember', { path: { accountId }, body: { role: 'member' } })
  }

  expect(await invitationsIn(world)).toEqual([])
  expect(await item()).toMatchObject({ pendingCount: 0 })
  await holds(world)
})

test('an admin who is reinstated gets no old number: what they sent between two dismissals dies with the second', async () => {
  const { world, path, here, inviteAsBoss, remove, comeBack, leave, accept } = await twoAdmins({ MAILS_PER_ADDRESS_PER_DAY: '100' })
  await remove()
  await comeBack('admin')
  const id = idIn(await inviteAsBoss(evil, 'admin'))
  await leave()
  // Enough dismissals of others for all that was noted to be looked through.
  for (const { accountId } of await crowd(world, path.workspaceId, 25)) await here('removeMember', { path: { accountId } })
  await comeBack('admin')

  await remove()

  expect(await accept(id)).toMatchObject(notFound)
  await holds(world)
})

test('a person who returns and is removed again while old dismissals are dropped stays dismissed', async () => {
  const { world, ann, path, here, remove, comeBack, inviteAsBoss, accept } = await twoAdmins({ MAILS_PER_ADDRESS_PER_DAY: '100' })
  await remove()
  const [last, ...others] = await crowd(world, path.workspaceId, 10)
  for (const { accountId } of others) await here('removeMember', { path: { accountId } })
  let id = ''
  const services = interrupted(world, async () => {
    await comeBack('admin')
    id = idIn(await inviteAsBoss(evil, 'admin'))
    await remove()
  })

  const removing = { as: ann.token, path: { ...path, accountId: last?.accountId ?? '' } }
  expect(await world.call('removeMember', removing, services)).toMatchObject({ status: 204 })

  expect(await accept(id)).toMatchObject(notFound)
  await holds(world)
})

test.each([
  ['accepts by the link', notFound],
  ['accepts by the id', notFound],
  ['declines', notFound],
  ['is sent it again', notFound],
  ['is revoked', notFound],
  ['is invited again', { status: 200, body: { results: [{ outcome: 'invited', invitation: { role: 'member' } }] } }],
] as const)('an invitee who %s while the sender is removed is told that it is dead', async (what, expected) => {
  const { world, ann, path, mail, inviteAsBoss, remove, members } = await twoAdmins()
  const invitationId = idIn(await inviteAsBoss(evil, 'admin'))
  await mail()
  world.passSeconds(60)
  const services = interrupted(world, remove)
  const call = (name: string, ask: object) => world.call(name, { path, ...ask }, services)
  const [as, body] = [tokenOf(evil), { invitationId }]
  const there = { as: ann.token, path: { ...path, invitationId } }
  const acts = {
    'accepts by the link': () => call('acceptInvitation', { as, body: { token: world.linkToken(evil) } }),
    'accepts by the id': () => call('acceptInvitation', { as, body }),
    declines: () => call('declineInvitation', { as, body }),
    'is sent it again': () => call('resendInvitation', there),
    'is revoked': () => call('revokeInvitation', there),
    'is invited again': () => call('createInvitations', { as: ann.token, body: { emails: [evil] } }),
  }

  expect(await acts[what]()).toMatchObject(expected)

  expect((await members()).map(({ name }: { name: string }) => name)).toEqual(['Ann'])
  await holds(world)
})

test.each(['createInvitations', 'resendInvitation'])(
  'a %s that an admin sends while they are demoted and made admin again is good or not sent',
  async (name) => {
    const { world, path, boss, setRole, invite, accept, pending } = await twoAdmins()
    const invitationId = idIn(await invite(evil, 'member'))
    world.passSeconds(60)
    const services = interrupted(world, async () => {
      await setRole('member')
      await setRole('admin')
    })

    const answer = await world.call(
      name,
      { as: boss.token, path: { ...path, invitationId }, ...(name === 'createInvitations' && { body: { emails: [evil] } }) },
      services,
    )

    expect(answer.status).toBe(200)
    expect(await pending()).toMatchObject([{ sendCount: 2, invitedBy: { accountId: boss.id } }])
    expect(await accept(invitationId)).toMatchObject({ status: 200 })
  },
)

test('an invitation that another admin resends between an invitee’s read and write is judged by its current state', async () => {
  const { world, boss, path, here, invite, remove } = await twoAdmins()
  const invitationId = idIn(await invite(evil, 'member'))
  world.passSeconds(60)
  const services = interrupted(world, async () => {
    await here('resendInvitation', { as: boss.token, path: { invitationId } })
    await remove()
  })

  const answer = await world.call('acceptInvitation', { as: tokenOf(evil), path, body: { invitationId } }, services)

  expect(answer).toMatchObject(notFound)
})
