import { expect, test } from 'vitest'
import { scene } from '#test/support/scene.ts'
import { createWorld, signUp, tokenOf } from '#test/support/world.ts'

test('creating an account also creates its default workspace, with its owner as admin', async () => {
  const world = await createWorld()

  const { status, body } = await world.call('createAccount', { as: tokenOf('Ann@Example.com', { name: 'Ann' }) })

  const at = world.now.toISOString()
  const id = expect.stringMatching(/^acc_\w+$/)
  const workspaceId = expect.stringMatching(/^ws_\w+$/)
  expect(status).toBe(201)
  expect(body).toEqual({
    account: { id, email: 'Ann@Example.com', emailVerified: true, name: 'Ann', defaultWorkspaceId: workspaceId, createdAt: at },
    defaultWorkspace: {
      id: body.account.defaultWorkspaceId,
      name: 'Default Workspace',
      role: 'admin',
      memberCount: 1,
      createdAt: at,
      createdBy: body.account.id,
      updatedAt: at,
    },
  })
})

test('creating an existing account answers 200 with that account, whatever name is sent', async () => {
  const world = await createWorld()
  const first = await world.call('createAccount', { as: tokenOf('ann@example.com', { name: 'Ann' }) })

  const again = await world.call('createAccount', { as: tokenOf('ann@example.com', { name: 'Another' }), body: { name: 'Third' } })

  expect(again.status).toBe(200)
  expect(again.body).toEqual(first.body)
})

test("an account's id follows from issuer and sub, not from the address", async () => {
  const world = await createWorld()
  const first = await world.call('createAccount', { as: tokenOf('ann@example.com', { sub: 'one' }) })

  const moved = await world.call('createAccount', { as: tokenOf('ann@new.example', { sub: 'one' }) })
  const other = await world.call('createAccount', { as: tokenOf('ann@example.com', { sub: 'two' }) })

  expect(moved).toMatchObject({ status: 200, body: { account: { id: first.body.account.id } } })
  expect(other.status).toBe(201)
  expect(other.body.account.id).not.toBe(first.body.account.id)
})

test('an account can be created with an unverified address', async () => {
  const world = await createWorld()

  expect(await world.call('createAccount', { as: tokenOf('ann@example.com', { verified: false }) })).toMatchObject({ status: 201 })
})

test.each([
  ["defaults to the token's name", 'Ann Lee', undefined, 'Ann Lee'],
  ['defaults to the part before the @ where the token has none', undefined, undefined, 'ann.lee'],
  ["defaults to the part before the @ where the token's is empty once it is cleaned", ' \u0007 ', undefined, 'ann.lee'],
  ["is cleaned of the control characters of the token's", 'A\u0000nn\nLee', undefined, 'A nn Lee'],
  ['is cut to 100 code points', '😀'.repeat(120), undefined, '😀'.repeat(100)],
  ['is the one of the request, trimmed, where there is one', 'Ann Lee', '  Annie ', 'Annie'],
])("an account's name %s", async (_, claim, chosen, name) => {
  const world = await createWorld()

  const { body } = await world.call('createAccount', {
    as: tokenOf('ann.lee@example.com', claim === undefined ? {} : { name: claim }),
    ...(chosen && { body: { name: chosen } }),
  })

  expect(body.account.name).toBe(name)
})

test.each([
  ['empty', ''],
  ['blank', '   '],
  ['over 100 code points', 'x'.repeat(101)],
  ['a control character', 'Ann\u0007Lee'],
  ['no text', 7],
])('a name in the request that is %s is refused, and no account is made', async (_, name) => {
  const world = await createWorld()
  const as = tokenOf('ann@example.com')

  const answer = await world.call('createAccount', { as, body: { name } })

  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer: '/name' }] } })
  expect((await world.call('whoami', { as })).body).toEqual({ kind: 'user', account: null })
})

test('an unknown field is refused by name', async () => {
  const world = await createWorld()

  const answer = await world.call('createAccount', { as: tokenOf('ann@example.com'), body: { nickname: 'A' } })

  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/nickname' }] } })
})

test('whoami answers the person while there is no account, then the account', async () => {
  const world = await createWorld()
  const as = tokenOf('ann@example.com')

  const before = await world.call('whoami', { as })
  const { body } = await world.call('createAccount', { as })
  const after = await world.call('whoami', { as })

  expect(before).toMatchObject({ status: 200, body: { kind: 'user', account: null } })
  expect(after.body).toEqual({ kind: 'user', account: body.account })
})

test('getMe answers the account, or 403 to a person without one', async () => {
  const world = await createWorld()
  const as = tokenOf('ann@example.com')

  const before = await world.call('getMe', { as })
  const { body } = await world.call('createAccount', { as })

  expect(before).toMatchObject({ status: 403, body: { code: 'account_required' } })
  expect((await world.call('getMe', { as })).body).toEqual(body.account)
})

test('an account’s default workspace is null once its owner has left it, even after being invited back', async () => {
  const { world, ann } = await scene()
  const bob = await signUp(world, 'bob@example.com')
  const path = { workspaceId: bob.workspaceId }
  const invite = (as: string, email: string) => world.call('createInvitations', { as, path, body: { emails: [email], role: 'admin' } })
  const accept = (email: string) => world.call('acceptInvitation', { as: tokenOf(email), body: { token: world.linkToken(email) } })
  await invite(bob.token, ann.email)
  await world.run('sendMail')
  await accept(ann.email)
  const nothing = async () => {
    expect((await world.call('getMe', { as: bob.token })).body.defaultWorkspaceId).toBeNull()
    expect((await world.call('whoami', { as: bob.token })).body.account.defaultWorkspaceId).toBeNull()
    expect((await world.call('createAccount', { as: bob.token })).body).toMatchObject({
      account: { defaultWorkspaceId: null },
      defaultWorkspace: null,
    })
  }

  await world.call('leaveWorkspace', { as: bob.token, path })
  await nothing()
  await invite(ann.token, bob.email)
  await world.run('sendMail')
  const back = await accept(bob.email)

  expect(back.body).toMatchObject({ workspace: { id: bob.workspaceId }, account: { defaultWorkspaceId: null } })
  await nothing()
})

test('an account’s default workspace is null once its owner was removed from it', async () => {
  const { world, ann } = await scene()
  const path = { workspaceId: ann.workspaceId }
  await world.call('createInvitations', { as: ann.token, path, body: { emails: ['bob@example.com'], role: 'admin' } })
  await world.run('sendMail')
  const bob = tokenOf('bob@example.com')
  await world.call('acceptInvitation', { as: bob, body: { token: world.linkToken('bob@example.com') } })

  await world.call('removeMember', { as: bob, path: { ...path, accountId: ann.id } })

  expect((await world.call('getMe', { as: ann.token })).body.defaultWorkspaceId).toBeNull()
})

test('creating an existing account returns its current default workspace', async () => {
  const { world, ann } = await scene()
  await world.call('updateWorkspace', { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { name: 'Home' } })

  const { body } = await world.call('createAccount', { as: ann.token })

  expect(body.defaultWorkspace).toMatchObject({ id: ann.workspaceId, name: 'Home', role: 'admin', memberCount: 1 })
})

test("my invitations are the pending ones to my address, oldest first, each with the workspace's name", async () => {
  const { world, ann, invite, workspace } = await scene()
  const bob = await signUp(world, 'Bob@Example.com')
  await world.call('createInvitations', { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { emails: ['bob@example.com'] } })
  await invite(['BOB@example.COM', 'eve@example.com'], 'developer')

  const { status, body } = await world.call('listMyInvitations', { as: bob.token })

  expect(status).toBe(200)
  expect(body).toMatchObject({
    data: [
      { workspaceId: ann.workspaceId, workspaceName: 'Default Workspace', status: 'pending', role: 'member', email: 'bob@example.com' },
      { workspaceId: workspace.id, workspaceName: 'Blue Team', role: 'developer', email: 'BOB@example.COM' },
    ],
    nextCursor: null,
  })
})

test('my invitations leave out accepted, declined, revoked and expired ones', async () => {
  const { world, here, invite, mail, accept } = await scene()
  const emails = ['accepts@example.com', 'declines@example.com', 'revoked@example.com', 'waits@example.com']
  for (const email of emails) await signUp(world, email)
  const { body } = await invite(emails)
  await mail()

  await accept('accepts@example.com')
  await world.call('declineInvitation', {
    as: tokenOf('declines@example.com'),
    body: { invitationId: body.results[1].invitation.id },
  })
  await here('revokeInvitation', { path: { invitationId: body.results[2].invitation.id } })
  const mine = async (email: string) => (await world.call('listMyInvitations', { as: tokenOf(email) })).body.data
  expect(await Promise.all(emails.map(mine))).toMatchObject([[], [], [], [{ email: 'waits@example.com' }]])

  world.passSeconds(604_800)
  expect(await mine('waits@example.com')).toEqual([])
})

test('a person with an unverified address, or without an account, has no invitations', async () => {
  const { world, invite } = await scene()
  await signUp(world, 'bob@example.com')
  await invite(['bob@example.com', 'new@example.com'])

  const unverified = await world.call('listMyInvitations', { as: tokenOf('bob@example.com', { verified: false }) })
  const stranger = await world.call('listMyInvitations', { as: tokenOf('new@example.com') })

  expect(unverified.body).toEqual({ data: [], nextCursor: null })
  expect(stranger).toMatchObject({ status: 403, body: { code: 'account_required' } })
})

test("my invitations come in pages, and a page's cursor is nobody else's", async () => {
  const { world, ann, invite } = await scene()
  const bob = await signUp(world, 'bob@example.com')
  const eve = await signUp(world, 'eve@example.com')
  await world.call('createInvitations', { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { emails: [bob.email, eve.email] } })
  await invite([bob.email, eve.email])
  const page = (as: string, cursor?: string) => world.call('listMyInvitations', { as, query: { limit: '1', ...(cursor && { cursor }) } })

  const first = await page(bob.token)
  const second = await page(bob.token, first.body.nextCursor)

  expect(first.body.data).toMatchObject([{ workspaceName: 'Default Workspace' }])
  expect(second.body).toMatchObject({ data: [{ workspaceName: 'Blue Team' }], nextCursor: null })
  const foreign = { status: 400, body: { code: 'invalid_request', errors: [{ pointer: '?cursor' }] } }
  expect(await page(eve.token, first.body.nextCursor)).toMatchObject(foreign)
  expect(await page(tokenOf(eve.email, { verified: false }), 'nonsense')).toMatchObject(foreign)
})
