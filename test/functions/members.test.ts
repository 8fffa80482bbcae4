import { expect, test } from 'vitest'
import { derivedId } from '#shared/domain/ids.ts'
import { problemsOf } from '#test/support/invariants.ts'
import { type Scene, scene } from '#test/support/scene.ts'
import { signUp, tokenOf } from '#test/support/world.ts'

const gone = { status: 404, body: { code: 'workspace_not_found' } }
const notFound = { status: 404, body: { code: 'member_not_found' } }
const forbidden = { status: 403, body: { code: 'forbidden' } }
const done = { status: 204, body: undefined }

const rolesIn = async ({ members }: Scene): Promise<Record<string, string>> =>
  Object.fromEntries((await members()).map(({ name, role }: { name: string; role: string }) => [name, role]))

const update = ({ here }: Scene, accountId: string, role: unknown, as?: string) =>
  here('updateMember', { as, path: { accountId }, body: { role } })
const remove = ({ here }: Scene, accountId: string, as?: string) => here('removeMember', { as, path: { accountId } })
const leave = ({ here }: Scene, as?: string, successorId?: string) =>
  here('leaveWorkspace', { as, ...(successorId !== undefined && { query: { successorId } }) })

test('members are listed oldest first, in their published shape', async () => {
  const { ann, workspace, here, join, world } = await scene()
  const bob = await join('Bob@Example.com', 'developer')
  const joinedAt = world.now.toISOString()
  const eve = await join('eve@example.com', 'member')

  const { status, body } = await here('listMembers', { as: eve.token })

  expect(status).toBe(200)
  expect(body).toEqual({
    data: [
      { accountId: ann.id, email: 'ann@example.com', name: 'Ann', role: 'admin', joinedAt: workspace.createdAt },
      { accountId: bob.id, email: 'Bob@Example.com', name: 'Bob', role: 'developer', joinedAt },
      { accountId: eve.id, email: 'eve@example.com', name: 'eve', role: 'member', joinedAt: expect.any(String) },
    ].map((shown) => ({ ...shown, emailVerified: true })),
    nextCursor: null,
  })
})

test("members come in pages without a gap, and a page's cursor is no other workspace's", async () => {
  const { world, ann, here, join } = await scene()
  for (const email of ['b@example.com', 'c@example.com', 'd@example.com', 'e@example.com']) await join(email, 'member')
  const page = async (query: Record<string, string>) => (await here('listMembers', { query })).body

  const first = await page({ limit: '2' })
  const second = await page({ limit: '2', cursor: first.nextCursor })
  const third = await page({ limit: '2', cursor: second.nextCursor })

  const names = [first, second, third].map(({ data }) => data.map(({ name }: { name: string }) => name))
  expect(names).toEqual([['Ann', 'b'], ['c', 'd'], ['e']])
  expect(third.nextCursor).toBeNull()
  const elsewhere = { as: ann.token, path: { workspaceId: ann.workspaceId }, query: { cursor: first.nextCursor } }
  expect(await world.call('listMembers', elsewhere)).toMatchObject({ status: 400, body: { errors: [{ pointer: '?cursor' }] } })
  const otherList = await here('listInvitations', { query: { cursor: first.nextCursor } })
  expect(otherList).toMatchObject({ status: 400, body: { errors: [{ pointer: '?cursor' }] } })
})

test('an admin changes the roles of others, with effect from the next request on', async () => {
  const team = await scene()
  const bob = await team.join('bob@example.com', 'member')

  const promoted = await update(team, bob.id, 'admin')

  expect(promoted).toMatchObject({ status: 200, body: { accountId: bob.id, email: 'bob@example.com', name: 'bob', role: 'admin' } })
  expect(await update(team, team.ann.id, 'developer', bob.token)).toMatchObject({ status: 200, body: { role: 'developer' } })
  expect(await update(team, bob.id, 'member')).toMatchObject(forbidden)
  expect(await rolesIn(team)).toEqual({ Ann: 'developer', bob: 'admin' })
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test.each(['developer', 'member'] as const)('a %s changes no role and removes nobody', async (role) => {
  const team = await scene()
  const bob = await team.join('bob@example.com', role)

  expect(await update(team, bob.id, 'admin', bob.token)).toMatchObject(forbidden)
  expect(await update(team, team.ann.id, 'member', bob.token)).toMatchObject(forbidden)
  expect(await remove(team, team.ann.id, bob.token)).toMatchObject(forbidden)
  expect(await rolesIn(team)).toEqual({ Ann: 'admin', bob: role })
})

test.each(['owner', '', null, undefined])('%j is no role', async (role) => {
  const team = await scene()
  const bob = await team.join('bob@example.com', 'member')

  expect(await update(team, bob.id, role)).toMatchObject({ status: 400, body: { errors: [{ pointer: '/role' }] } })
})

test('a person who is not a member can be neither changed nor removed', async () => {
  const team = await scene()
  const eve = await signUp(team.world, 'eve@example.com')

  for (const id of [eve.id, 'acc_nobody', team.workspace.id, derivedId('acc', 'x'), 'nonsense']) {
    expect(await update(team, id, 'member')).toMatchObject(notFound)
    expect(await remove(team, id)).toMatchObject(notFound)
  }
})

test('the last admin cannot be demoted, but may be set to admin again', async () => {
  const team = await scene()
  await team.join('bob@example.com', 'developer')
  const lastAdmin = { status: 409, body: { code: 'last_admin' } }

  expect(await update(team, team.ann.id, 'member')).toMatchObject(lastAdmin)
  expect(await update(team, team.ann.id, 'developer')).toMatchObject(lastAdmin)
  expect(await update(team, team.ann.id, 'admin')).toMatchObject({ status: 200, body: { role: 'admin' } })
  expect(await rolesIn(team)).toEqual({ Ann: 'admin', bob: 'developer' })
})

test('an admin beside another one may demote themselves', async () => {
  const team = await scene()
  await team.join('bob@example.com', 'admin')

  expect(await update(team, team.ann.id, 'member')).toMatchObject({ status: 200, body: { role: 'member' } })
  expect(await rolesIn(team)).toEqual({ Ann: 'member', bob: 'admin' })
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('an admin removes others, who have no access from the next request on and can be invited back', async () => {
  const team = await scene()
  const bob = await team.join('bob@example.com', 'admin')

  expect(await remove(team, bob.id)).toMatchObject(done)

  expect(await team.here('getWorkspace', { as: bob.token })).toMatchObject(gone)
  expect(await team.here('createProject', { as: bob.token, body: { name: 'Mine' } })).toMatchObject(gone)
  expect(await remove(team, bob.id)).toMatchObject(notFound)
  const back = await team.invite('bob@example.com', 'developer')
  expect(back.body.results).toMatchObject([{ outcome: 'invited' }])
  await team.mail()
  expect(await team.accept('bob@example.com')).toMatchObject({
    status: 200,
    body: { accountCreated: false, member: { role: 'developer' } },
  })
  expect(await rolesIn(team)).toEqual({ Ann: 'admin', bob: 'developer' })
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test.each(['developer', 'member', 'admin'] as const)('removing oneself as a %s is leaving', async (role) => {
  const team = await scene()
  const bob = await team.join('bob@example.com', role)

  expect(await remove(team, bob.id, bob.token)).toMatchObject(done)

  expect(await rolesIn(team)).toEqual({ Ann: 'admin' })
})

test('removing oneself follows the rules of leaving: the last member cannot, and the last admin gets a successor', async () => {
  const team = await scene()
  expect(await remove(team, team.ann.id)).toMatchObject({ status: 409, body: { code: 'last_member' } })
  await team.join('bob@example.com', 'member')

  expect(await remove(team, team.ann.id)).toMatchObject(done)

  expect(await team.here('listMembers', { as: tokenOf('bob@example.com') })).toMatchObject({
    body: { data: [{ name: 'bob', role: 'admin' }] },
  })
})

test('removing oneself names a successor as leaving does', async () => {
  const team = await scene()
  const dev = await team.join('dev@example.com', 'developer')
  const bob = await team.join('bob@example.com', 'member')
  const removing = (accountId: string, successorId: string) => team.here('removeMember', { path: { accountId }, query: { successorId } })

  expect(await removing(team.ann.id, team.ann.id)).toMatchObject({ status: 400, body: { errors: [{ pointer: '?successorId' }] } })
  expect(await removing(dev.id, 'acc_nobody')).toMatchObject({ status: 400 })
  expect(await removing(team.ann.id, bob.id)).toMatchObject(done)

  expect(await team.here('getWorkspace', { as: bob.token })).toMatchObject({ body: { role: 'admin' } })
})

test('anyone may leave while someone else remains', async () => {
  const team = await scene()
  const dev = await team.join('dev@example.com', 'developer')
  const bob = await team.join('bob@example.com', 'member')

  expect(await leave(team, bob.token)).toMatchObject(done)
  expect(await leave(team, dev.token)).toMatchObject(done)

  expect(await leave(team)).toMatchObject({ status: 409, body: { code: 'last_member' } })
  expect(await leave(team, bob.token)).toMatchObject(gone)
  expect(await team.here('getWorkspace')).toMatchObject({ body: { memberCount: 1, role: 'admin' } })
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('when the last admin leaves, the longest-standing developer becomes admin', async () => {
  const team = await scene()
  await team.join('old@example.com', 'member')
  const heir = await team.join('heir@example.com', 'developer')
  await team.join('later@example.com', 'developer')

  expect(await leave(team)).toMatchObject(done)

  const { body } = await team.here('listMembers', { as: heir.token })
  expect(body.data).toMatchObject([
    { name: 'old', role: 'member' },
    { name: 'heir', role: 'admin' },
    { name: 'later', role: 'developer' },
  ])
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('without a developer, the longest-standing member of this workspace becomes admin', async () => {
  const team = await scene()
  const first = await team.join('first@example.com', 'member')
  const second = await team.join('second@example.com', 'member')
  await leave(team, first.token)
  await team.join('first@example.com', 'member')

  expect(await leave(team)).toMatchObject(done)

  const { body } = await team.here('listMembers', { as: second.token })
  expect(body.data).toMatchObject([
    { name: 'second', role: 'admin' },
    { name: 'first', role: 'member' },
  ])
})

test('the last admin may name who follows', async () => {
  const team = await scene()
  await team.join('dev@example.com', 'developer')
  const bob = await team.join('bob@example.com', 'member')

  expect(await leave(team, undefined, bob.id)).toMatchObject(done)

  const { body } = await team.here('listMembers', { as: bob.token })
  expect(body.data).toMatchObject([
    { name: 'dev', role: 'developer' },
    { name: 'bob', role: 'admin' },
  ])
  expect(await problemsOf(team.world.services.table)).toEqual([])
})

test('a named successor is not made admin if another admin remains', async () => {
  const team = await scene()
  await team.join('boss@example.com', 'admin')
  const bob = await team.join('bob@example.com', 'member')

  expect(await leave(team, undefined, bob.id)).toMatchObject(done)

  const { body } = await team.here('listMembers', { as: bob.token })
  expect(body.data).toMatchObject([
    { name: 'boss', role: 'admin' },
    { name: 'bob', role: 'member' },
  ])
})

test('a named successor must always be another member', async () => {
  const team = await scene()
  const bob = await team.join('bob@example.com', 'member')
  const left = await team.join('left@example.com', 'member')
  await leave(team, left.token)
  const eve = await signUp(team.world, 'eve@example.com')
  const refused = { status: 400, body: { code: 'invalid_request', errors: [{ pointer: '?successorId' }] } }

  for (const successorId of [team.ann.id, left.id, eve.id, 'acc_nobody', 'nonsense', ''])
    expect(await leave(team, undefined, successorId)).toMatchObject(refused)
  for (const successorId of [bob.id, eve.id, 'nonsense']) expect(await leave(team, bob.token, successorId)).toMatchObject(refused)
  expect(await rolesIn(team)).toEqual({ Ann: 'admin', bob: 'member' })
})

test('a returning person is a new member, with the new role and last in the list', async () => {
  const team = await scene()
  const bob = await team.join('bob@example.com', 'admin')
  const eve = await team.join('eve@example.com', 'member')
  const [, before] = await team.members()
  await leave(team, bob.token)

  await team.join('bob@example.com', 'member')

  const after = await team.members()
  expect(after).toMatchObject([{ name: 'Ann' }, { accountId: eve.id }, { accountId: bob.id, role: 'member' }])
  expect(after[2].joinedAt > before.joinedAt).toBe(true)
})

test('API keys outlive the member who made them', async () => {
  const team = await scene()
  const bob = await team.join('bob@example.com', 'developer')
  const { body } = await team.here('createApiKey', { as: bob.token, body: { name: 'CI' } })

  await remove(team, bob.id)

  expect(await team.here('getWorkspace', { as: body.secret })).toMatchObject({ status: 200, body: { id: team.workspace.id, role: null } })
})

test('a key may read members and the workspace, but neither leave nor manage', async () => {
  const team = await scene()
  const { body } = await team.here('createApiKey', { body: { name: 'CI', scopes: ['workspace:read'] } })

  expect((await team.here('listMembers', { as: body.secret })).body.data).toHaveLength(1)
  expect(await leave(team, body.secret)).toMatchObject(forbidden)
  expect(await update(team, team.ann.id, 'member', body.secret)).toMatchObject(forbidden)
})
