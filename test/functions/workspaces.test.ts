import { expect, test } from 'vitest'
import { scene } from '#test/support/scene.ts'
import { createWorld, signUp, tokenOf } from '#test/support/world.ts'

const notFound = { status: 404, body: { code: 'workspace_not_found' } }
const badCursor = { status: 400, body: { code: 'invalid_request', errors: [{ pointer: '?cursor' }] } }

test('the creator of a workspace is its first admin', async () => {
  const world = await createWorld()
  const ann = await signUp(world, 'ann@example.com')

  const { status, body } = await world.call('createWorkspace', { as: ann.token, body: { name: '  Blue Team ' } })

  const at = world.now.toISOString()
  const workspace = { name: 'Blue Team', role: 'admin', memberCount: 1, createdAt: at, createdBy: ann.id, updatedAt: at }
  expect(status).toBe(201)
  expect(body).toEqual({ id: expect.stringMatching(/^ws_\w+$/), ...workspace })
  expect((await world.call('getWorkspace', { as: ann.token, path: { workspaceId: body.id } })).body).toEqual(body)
})

test.each([
  ['missing', {}],
  ['blank', { name: ' \t ' }],
  ['over 100 code points', { name: 'x'.repeat(101) }],
  ['with a control character', { name: 'Blue\u0000Team' }],
  ['of another type', { name: null }],
])('a name that is %s makes no workspace', async (_, body) => {
  const world = await createWorld()
  const ann = await signUp(world, 'ann@example.com')

  const answer = await world.call('createWorkspace', { as: ann.token, body })

  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer: '/name' }] } })
  expect((await world.call('listWorkspaces', { as: ann.token })).body.data).toHaveLength(1)
})

test('two workspaces may have the same name', async () => {
  const { world, ann } = await scene()

  expect(await world.call('createWorkspace', { as: ann.token, body: { name: 'Blue Team' } })).toMatchObject({ status: 201 })
})

test('a person without an account cannot create a workspace', async () => {
  const world = await createWorld()

  const answer = await world.call('createWorkspace', { as: tokenOf('new@example.com'), body: { name: 'Blue Team' } })

  expect(answer).toMatchObject({ status: 403, body: { code: 'account_required' } })
})

test('my workspaces are listed with my role in each, oldest membership first', async () => {
  const { world, ann, workspace, join } = await scene()
  const bob = await signUp(world, 'bob@example.com')
  const { body: green } = await world.call('createWorkspace', { as: bob.token, body: { name: 'Green Team' } })
  await join('bob@example.com', 'developer')

  const mine = (await world.call('listWorkspaces', { as: bob.token })).body

  expect(mine).toMatchObject({
    data: [
      { id: bob.workspaceId, role: 'admin' },
      { id: green.id, role: 'admin', memberCount: 1 },
      { id: workspace.id, name: 'Blue Team', role: 'developer', memberCount: 2, createdBy: ann.id },
    ],
    nextCursor: null,
  })
})

test('a workspace that a person returns to is last in their list', async () => {
  const { world, here, workspace, join } = await scene()
  const bob = await signUp(world, 'bob@example.com')
  await join('bob@example.com', 'member')
  const { body: green } = await world.call('createWorkspace', { as: bob.token, body: { name: 'Green Team' } })
  const ids = async () => (await world.call('listWorkspaces', { as: bob.token })).body.data.map(({ id }: { id: string }) => id).slice(1)
  expect(await ids()).toEqual([workspace.id, green.id])

  await here('leaveWorkspace', { as: bob.token })
  expect(await ids()).toEqual([green.id])
  await join('bob@example.com', 'member')

  expect(await ids()).toEqual([green.id, workspace.id])
})

test("my workspaces come in pages without a gap, and a page's cursor is nobody else's", async () => {
  const world = await createWorld()
  const ann = await signUp(world, 'ann@example.com')
  const eve = await signUp(world, 'eve@example.com')
  for (const name of ['One', 'Two', 'Three', 'Four']) await world.call('createWorkspace', { as: ann.token, body: { name } })
  const page = (as: string, query: Record<string, string>) => world.call('listWorkspaces', { as, query })

  const first = await page(ann.token, { limit: '2' })
  const second = await page(ann.token, { limit: '2', cursor: first.body.nextCursor })
  const third = await page(ann.token, { limit: '2', cursor: second.body.nextCursor })

  const names = [first, second, third].map(({ body }) => body.data.map(({ name }: { name: string }) => name))
  expect(names).toEqual([['Default Workspace', 'One'], ['Two', 'Three'], ['Four']])
  expect(third.body.nextCursor).toBeNull()
  expect(await page(eve.token, { cursor: first.body.nextCursor })).toMatchObject(badCursor)
})

test.each(['0', '101', '-1', '1.5', 'ten', ''])('a page of %j entries is refused', async (limit) => {
  const world = await createWorld()
  const ann = await signUp(world, 'ann@example.com')

  const answer = await world.call('listWorkspaces', { as: ann.token, query: { limit } })

  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '?limit' }] } })
})

test('every member can read a workspace, and sees their own role', async () => {
  const { here, workspace, join } = await scene()
  const developer = await join('dev@example.com', 'developer')
  const member = await join('bob@example.com', 'member')

  for (const [as, role] of [
    [undefined, 'admin'],
    [developer.token, 'developer'],
    [member.token, 'member'],
  ] as const)
    expect(await here('getWorkspace', { as })).toMatchObject({ status: 200, body: { id: workspace.id, role, memberCount: 3 } })
})

test('for everyone else a workspace does not exist, whatever id they try', async () => {
  const { world, workspace, here } = await scene()
  const eve = await signUp(world, 'eve@example.com')

  expect(await here('getWorkspace', { as: eve.token })).toMatchObject(notFound)
  expect(await here('updateWorkspace', { as: eve.token, body: { name: 'Mine' } })).toMatchObject(notFound)
  for (const workspaceId of [workspace.id.replace('ws_', 'acc_'), workspace.id.toUpperCase(), `${workspace.id}x`, 'ws_', 'nonsense'])
    expect(await here('getWorkspace', { path: { workspaceId } })).toMatchObject(notFound)
})

test('an admin renames a workspace, and nothing else of it changes', async () => {
  const { world, here, workspace, join } = await scene()
  const bob = await join('bob@example.com', 'member')

  const { status, body } = await here('updateWorkspace', { body: { name: ' Red Team ' } })

  const renamed = { ...workspace, memberCount: 2, name: 'Red Team', updatedAt: world.now.toISOString() }
  expect(status).toBe(200)
  expect(body).toEqual(renamed)
  expect((await here('getWorkspace', { as: bob.token })).body).toEqual({ ...renamed, role: 'member' })
})

test.each(['developer', 'member'] as const)('a %s renames no workspace', async (role) => {
  const { here, join } = await scene()
  const bob = await join('bob@example.com', role)

  const answer = await here('updateWorkspace', { as: bob.token, body: { name: 'Red Team' } })

  expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect((await here('getWorkspace')).body.name).toBe('Blue Team')
})

test('a workspace created again with the same Idempotency-Key is the same one', async () => {
  const { world, ann } = await scene()
  const create = (name: string, key: string) =>
    world.call('createWorkspace', { as: ann.token, body: { name }, headers: { 'idempotency-key': key } })

  const first = await create('Green Team', 'one')
  await world.call('updateWorkspace', { as: ann.token, path: { workspaceId: first.body.id }, body: { name: 'Renamed' } })
  const again = await create('Green Team', 'one')

  expect(again).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } })
  expect(again.body).toEqual(first.body)
  expect(first.headers).not.toHaveProperty('idempotent-replayed')
  expect(await create('Other', 'one')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  expect((await create('Green Team', 'two')).headers).not.toHaveProperty('idempotent-replayed')
  expect((await world.call('listWorkspaces', { as: ann.token })).body.data).toHaveLength(4)
})

test("an Idempotency-Key is its caller's own, and is forgotten after 24 hours", async () => {
  const { world, ann } = await scene()
  const eve = await signUp(world, 'eve@example.com')
  const create = (as: string) => world.call('createWorkspace', { as, body: { name: 'Green' }, headers: { 'idempotency-key': 'one' } })

  const first = await create(ann.token)
  const another = await create(eve.token)
  world.passSeconds(86_390)
  const replayed = await create(ann.token)
  world.passSeconds(10)
  const later = await create(ann.token)

  expect(another.body.createdBy).toBe(eve.id)
  expect(replayed.body.id).toBe(first.body.id)
  expect(later.status).toBe(201)
  expect(later.body.id).not.toBe(first.body.id)
})

test('replaying createWorkspace after its creator has left answers 404, and never creates a second one', async () => {
  const { world, ann } = await scene()
  const ask = { as: ann.token, body: { name: 'Green Team' }, headers: { 'idempotency-key': 'one' } }
  const { body } = await world.call('createWorkspace', ask)
  const path = { workspaceId: body.id }
  await world.call('createInvitations', { as: ann.token, path, body: { emails: ['bob@example.com'] } })
  await world.run('sendMail')
  await world.call('acceptInvitation', { as: tokenOf('bob@example.com'), body: { token: world.linkToken('bob@example.com') } })
  await world.call('leaveWorkspace', { as: ann.token, path })

  expect(await world.call('createWorkspace', ask)).toMatchObject(notFound)
  expect((await world.call('listWorkspaces', { as: ann.token })).body.data).toHaveLength(2)
})
