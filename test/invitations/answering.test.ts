import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { problemsOf } from '../support/invariants.ts'
import { crowd, type Scene, scene, tamper } from '../support/scene.ts'
import { signUp, tokenOf } from '../support/world.ts'

const weekSeconds = 604_800
const bobsAddress = 'bob@example.com'
const notFound = { status: 404, body: { code: 'invitation_not_found' } }
const expired = { status: 410, body: { code: 'invitation_expired' } }
const mismatch = { status: 403, body: { code: 'email_mismatch' } }
const unverified = { status: 403, body: { code: 'email_not_verified' } }

/** A scene in which Bob, who has no account, is invited and has the e-mail. */
async function invited(role?: 'admin' | 'developer' | 'member', email = bobsAddress) {
  const base = await scene()
  const { body } = await base.invite(email, role)
  await base.mail()
  return { ...base, id: body.results[0].invitation.id as string, token: base.world.linkToken(email), bob: tokenOf(email) }
}

const accept = ({ world }: Pick<Scene, 'world'>, as: string, body: object) => world.call('acceptInvitation', { as, body })
const decline = ({ world }: Pick<Scene, 'world'>, as: string, body: object) => world.call('declineInvitation', { as, body })
const lookUp = ({ world }: Pick<Scene, 'world'>, token: string) => world.call('lookUpInvitation', { body: { token } })
const mine = async ({ world }: Pick<Scene, 'world'>, as: string) => (await world.call('listMyInvitations', { as })).body.data

test('a look-up without sign-in shows what the link is for, but not the inviter’s address', async () => {
  const { world, token, pending } = await invited('developer', 'Bob@Example.com')
  const [invitation] = await pending()

  const { status, body } = await world.call('lookUpInvitation', { body: { token } })

  expect(status).toBe(200)
  expect(body).toEqual({
    workspaceName: 'Blue Team',
    invitedBy: { name: 'Ann' },
    email: 'Bob@Example.com',
    role: 'developer',
    expiresAt: invitation.expiresAt,
    status: 'pending',
  })
  expect(JSON.stringify(body)).not.toContain('ann@')
})

test('a look-up changes nothing, however often a mail scanner repeats it', async () => {
  const team = await invited()
  for (let i = 0; i < 3; i++) await lookUp(team, team.token)

  expect(await accept(team, team.bob, { token: team.token })).toMatchObject({ status: 200 })
})

test('a person without an account gets one with its default workspace in the same step, and is in at once', async () => {
  const team = await invited('developer')
  const { world, workspace, here } = team

  const { status, body } = await accept(team, tokenOf(bobsAddress, { name: 'Bob' }), { token: team.token })

  const at = world.now.toISOString()
  expect(status).toBe(200)
  expect(body).toEqual({
    account: {
      id: body.account.id,
      email: bobsAddress,
      emailVerified: true,
      name: 'Bob',
      defaultWorkspaceId: expect.stringMatching(/^ws_/),
      createdAt: at,
    },
    accountCreated: true,
    workspace: { ...workspace, role: 'developer', memberCount: 2 },
    member: { accountId: body.account.id, email: bobsAddress, emailVerified: true, name: 'Bob', role: 'developer', joinedAt: at },
  })
  expect((await here('getWorkspace', { as: team.bob })).body).toEqual(body.workspace)
  expect((await world.call('getMe', { as: team.bob })).body).toEqual(body.account)
  expect((await world.call('listWorkspaces', { as: team.bob })).body.data.map(({ name }: { name: string }) => name).sort()).toEqual([
    'Blue Team',
    'Default Workspace',
  ])
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('a person with an account joins with it', async () => {
  const team = await invited('admin')
  const bob = await signUp(team.world, bobsAddress, 'Bob')

  const { status, body } = await accept(team, bob.token, { token: team.token })

  expect(status).toBe(200)
  expect(body).toMatchObject({
    account: { id: bob.id, defaultWorkspaceId: bob.workspaceId },
    accountCreated: false,
    member: { role: 'admin' },
  })
  expect((await mine(team, bob.token)).length).toBe(0)
  expect(await team.pending()).toEqual([])
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('an address that differs in case or in the spelling of its domain is the invited one', async () => {
  const team = await invited('member', 'Bob@Bücher.example')

  expect(await accept(team, tokenOf('bOB@xn--BCHER-kva.EXAMPLE'), { token: team.token })).toMatchObject({ status: 200 })
})

test('only the person whose verified address was invited can accept an invitation by its id; all others get a 404', async () => {
  const team = await invited()
  const eve = await signUp(team.world, 'eve@example.com')
  const body = { invitationId: team.id }

  for (const as of [eve.token, team.ann.token, tokenOf(bobsAddress, { verified: false })]) {
    expect(await accept(team, as, body)).toMatchObject(notFound)
    expect(await decline(team, as, body)).toMatchObject(notFound)
  }
  expect(await accept(team, team.bob, body)).toMatchObject({ status: 200, body: { accountCreated: true } })
})

test('an invitation that is accepted by its id before its e-mail went out sends none', async () => {
  const { world, invite, mail } = await scene()
  const { body } = await invite(bobsAddress)

  expect(await accept({ world }, tokenOf(bobsAddress), { invitationId: body.results[0].invitation.id })).toMatchObject({ status: 200 })

  expect(await mail()).toEqual([])
  expect(world.mails).toEqual([])
})

test('the address of the signed-in person must be the invited one and verified; the invitation stays', async () => {
  const team = await invited()
  const token = { token: team.token }

  for (const answer of [accept, decline]) {
    expect(await answer(team, tokenOf('eve@example.com'), token)).toMatchObject(mismatch)
    expect(await answer(team, tokenOf('eve@example.com', { verified: false }), token)).toMatchObject(mismatch)
    expect(await answer(team, tokenOf(bobsAddress, { verified: false }), token)).toMatchObject(unverified)
  }
  expect(await team.pending()).toHaveLength(1)
  // A refusal makes no account either.
  expect((await team.world.call('whoami', { as: tokenOf('eve@example.com') })).body.account).toBeNull()
  expect(await accept(team, team.bob, token)).toMatchObject({ status: 200 })
})

test('accepting again within 7 days, by token or id, gives the same person the same answer', async () => {
  const team = await invited('developer')
  const first = await accept(team, team.bob, { token: team.token })

  const again = await accept(team, team.bob, { token: team.token })
  team.world.passSeconds(weekSeconds - 5)
  const byId = await accept(team, team.bob, { invitationId: team.id })

  expect(again).toMatchObject({ status: 200, body: first.body })
  expect(byId).toMatchObject({ status: 200, body: first.body })
  expect((await team.here('getWorkspace')).body.memberCount).toBe(2)
  team.world.passSeconds(6)
  expect(await accept(team, team.bob, { token: team.token })).toMatchObject(notFound)
})

test('a used link answers 404 to everyone else, and cannot be looked up or declined', async () => {
  const team = await invited()
  await accept(team, team.bob, { token: team.token })

  expect(await accept(team, tokenOf('eve@example.com'), { token: team.token })).toMatchObject(notFound)
  expect(await accept(team, team.ann.token, { token: team.token })).toMatchObject(notFound)
  expect(await decline(team, team.bob, { token: team.token })).toMatchObject(notFound)
  expect(await lookUp(team, team.token)).toMatchObject(notFound)
  expect(await team.here('revokeInvitation', { path: { invitationId: team.id } })).toMatchObject(notFound)
  expect(await team.here('resendInvitation', { path: { invitationId: team.id } })).toMatchObject(notFound)
})

test('accepting again after leaving answers 404, and the old link stays dead after being invited back', async () => {
  const team = await invited()
  await accept(team, team.bob, { token: team.token })
  await team.here('leaveWorkspace', { as: team.bob })
  expect(await accept(team, team.bob, { token: team.token })).toMatchObject(notFound)
  expect(await accept(team, team.bob, { invitationId: team.id })).toMatchObject(notFound)

  await team.invite(bobsAddress, 'developer')
  await team.mail()

  expect(await accept(team, team.bob, { token: team.token })).toMatchObject(notFound)
  expect(await team.accept(bobsAddress)).toMatchObject({ status: 200, body: { accountCreated: false, member: { role: 'developer' } } })
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('accepting again after a change of role answers the current role', async () => {
  const team = await invited()
  const { body } = await accept(team, team.bob, { token: team.token })
  await team.here('updateMember', { path: { accountId: body.account.id }, body: { role: 'admin' } })

  expect(await accept(team, team.bob, { token: team.token })).toMatchObject({
    body: { workspace: { role: 'admin' }, member: { role: 'admin' } },
  })
})

test('an expired invitation answers 410 to every operation on it until the clean-up removes it, then 404', async () => {
  const team = await invited()
  const token = { token: team.token }
  const byId = { path: { invitationId: team.id } }
  const [{ expiresAt }] = await team.pending()
  const setClock = (milliseconds: number) => {
    // A call is a millisecond later than the clock was set.
    team.world.now = new Date(Date.parse(expiresAt) + milliseconds - 1)
  }
  const everything = [
    () => lookUp(team, team.token),
    () => accept(team, team.bob, token),
    () => accept(team, team.bob, { invitationId: team.id }),
    () => decline(team, team.bob, token),
    () => team.here('resendInvitation', byId),
    () => team.here('revokeInvitation', byId),
  ]

  setClock(-1)
  expect(await lookUp(team, team.token)).toMatchObject({ status: 200 })
  for (const ask of everything) {
    setClock(0)
    expect(await ask()).toMatchObject(expired)
  }
  await team.world.run('cleanUp')
  for (const ask of everything) expect(await ask()).toMatchObject(notFound)
})

test('an invitation can be accepted up to the last millisecond', async () => {
  const team = await invited()
  const [{ expiresAt }] = await team.pending()
  team.world.now = new Date(Date.parse(expiresAt) - 2)

  expect(await accept(team, team.bob, { token: team.token })).toMatchObject({ status: 200 })
})

test('a declined invitation is gone, and its address can be invited again', async () => {
  const team = await invited()

  expect(await decline(team, team.bob, { token: team.token })).toMatchObject({ status: 204, body: undefined })

  expect(await team.pending()).toEqual([])
  expect(await lookUp(team, team.token)).toMatchObject(notFound)
  expect(await accept(team, team.bob, { token: team.token })).toMatchObject(notFound)
  expect(await decline(team, team.bob, { token: team.token })).toMatchObject(notFound)
  expect((await team.world.call('whoami', { as: team.bob })).body.account).toBeNull()
  expect((await team.invite(bobsAddress)).body.results).toMatchObject([{ outcome: 'invited' }])
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('an invitation can be declined by its id too', async () => {
  const team = await invited()

  expect(await decline(team, team.bob, { invitationId: team.id })).toMatchObject({ status: 204 })
  expect(await team.pending()).toEqual([])
})

test('a token or id that was never issued answers 404, whatever it looks like', async () => {
  const team = await invited()
  const last = team.token.at(-1) === 'A' ? 'B' : 'A'
  const tokens = [
    'x',
    team.token.slice(1),
    `${team.token}A`,
    team.token.slice(0, -1) + last,
    team.token.toUpperCase(),
    team.id,
    '../..',
    '\u0000',
  ]

  for (const token of tokens) {
    expect(await lookUp(team, token)).toMatchObject(notFound)
    expect(await accept(team, team.bob, { token })).toMatchObject(notFound)
    expect(await decline(team, team.bob, { token })).toMatchObject(notFound)
  }
  for (const invitationId of ['inv_', 'nonsense', `${team.id}0`, team.id.toUpperCase(), team.token])
    expect(await accept(team, team.bob, { invitationId })).toMatchObject(notFound)
})

test.each([{}, { token: 'a', invitationId: 'b' }, { token: '' }, { token: 7 }, { invitationId: '' }, { token: 'a', other: 1 }])(
  'an answer of %j is no answer',
  async (body) => {
    const { world } = await scene()

    expect(await accept({ world }, tokenOf(bobsAddress), body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(await decline({ world }, tokenOf(bobsAddress), body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  },
)

test('a member who accepts an invitation to another of their addresses stays unchanged, and the invitation is used up', async () => {
  const team = await scene()
  await team.join(bobsAddress, 'developer')
  const [, member] = await team.members()
  await team.invite('bob@new.example', 'admin')
  await team.mail()
  const moved = tokenOf('bob@new.example', { sub: bobsAddress })

  const { status, body } = await accept(team, moved, { token: team.world.linkToken('bob@new.example') })

  expect(status).toBe(200)
  expect(body).toMatchObject({ accountCreated: false, account: { id: member.accountId }, member, workspace: { memberCount: 2 } })
  expect(await team.pending()).toEqual([])
  expect(await team.members()).toHaveLength(2)
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('a member who joined with another address than their account’s is recognized by the invited address until they leave', async () => {
  const team = await scene()
  await signUp(team.world, bobsAddress, 'Bob')
  await team.invite('bob@new.example')
  await team.mail()
  const moved = tokenOf('bob@new.example', { sub: bobsAddress })
  await accept(team, moved, { token: team.world.linkToken('bob@new.example') })

  expect((await team.invite('BOB@new.example')).body.results).toMatchObject([{ outcome: 'already_member' }])
  await team.here('leaveWorkspace', { as: moved })

  expect((await team.invite('bob@new.example')).body.results).toMatchObject([{ outcome: 'invited' }])
})

test('a full workspace admits nobody, and the invitation stays', async () => {
  const team = await invited()
  await crowd(team.world, team.workspace.id, 999)

  expect(await accept(team, team.bob, { token: team.token })).toMatchObject({ status: 409, body: { code: 'too_many_members' } })

  expect(await team.pending()).toHaveLength(1)
  await team.here('removeMember', { path: { accountId: (await team.members())[5].accountId } })
  expect(await accept(team, team.bob, { token: team.token })).toMatchObject({ status: 200, body: { workspace: { memberCount: 1000 } } })
})

test('an invitation of a workspace that is being deleted is dead', async () => {
  const team = await invited()
  const bob = await signUp(team.world, bobsAddress)
  await tamper(team.world, keys.workspace(team.workspace.id), { status: 'deleting' })

  expect(await lookUp(team, team.token)).toMatchObject(notFound)
  expect(await accept(team, bob.token, { token: team.token })).toMatchObject(notFound)
  expect(await accept(team, bob.token, { invitationId: team.id })).toMatchObject(notFound)
  expect(await decline(team, bob.token, { token: team.token })).toMatchObject(notFound)
  expect(await mine(team, bob.token)).toEqual([])
})

test('an API key answers no invitation', async () => {
  const team = await invited()
  const { body } = await team.here('createApiKey', { body: { name: 'CI' } })

  expect(await accept(team, body.secret, { token: team.token })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await decline(team, body.secret, { token: team.token })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
})

test('ten concurrent accepts of one link all get the same answer, and add one member', async () => {
  const team = await invited()

  const answers = await Promise.all(Array.from({ length: 10 }, () => accept(team, team.bob, { token: team.token })))

  expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
  expect(answers[0]).toMatchObject({ status: 200, body: { accountCreated: true, workspace: { memberCount: 2 } } })
  expect(await problemsOf(team.world.services.table)).toEqual([])
})
