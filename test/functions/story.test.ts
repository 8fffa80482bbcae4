import { expect, test } from 'vitest'
import { createWorld, join, signUp, tokenOf } from '#test/support/world.ts'

test('a person gets a workspace and invites another, who joins, leaves and is invited back', async () => {
  const world = await createWorld()
  const ann = await signUp(world, 'Ann@Example.com', 'Ann')
  const { body: workspace } = await world.call('createWorkspace', { as: ann.token, body: { name: ' Blue Team ' } })
  expect(workspace).toMatchObject({ name: 'Blue Team', role: 'admin', memberCount: 1 })

  const path = { workspaceId: workspace.id }
  const bob = await join(world, ann.token, workspace.id, 'bob@example.com', 'developer')
  const members = await world.call('listMembers', { as: bob.token, path })
  expect(members.body.data).toMatchObject([{ email: 'Ann@Example.com' }, { email: 'bob@example.com', role: 'developer' }])

  expect(await world.call('leaveWorkspace', { as: bob.token, path })).toMatchObject({ status: 204 })
  expect(await world.call('getWorkspace', { as: bob.token, path })).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
  await join(world, ann.token, workspace.id, 'bob@example.com', 'member')
  expect((await world.call('listWorkspaces', { as: tokenOf('bob@example.com') })).body.data).toHaveLength(2)
})
