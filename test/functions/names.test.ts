import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { scene, tamper } from '#test/support/scene.ts'
import { tokenOf } from '#test/support/world.ts'

/** Names from before the rule for names: unseen, turning what follows, and towering. */
const before = ['\u200b', '\u202eeurope\u2066', `a${'\u0301'.repeat(50)}`]

test.for(before)('what was named %j before the rule for names can be read, invited to and deleted', async (name) => {
  const { world, ann, path, here, invite, mail, accept, members } = await scene()
  const { body: project } = await here('createProject', { body: { name: 'Site' } })
  const { body: key } = await here('createApiKey', { body: { name: 'Key' } })
  for (const { pk, sk } of [
    keys.workspace(path.workspaceId),
    keys.account(ann.id),
    keys.member({ workspaceId: path.workspaceId, accountId: ann.id }),
    keys.project({ workspaceId: path.workspaceId, projectId: project.id }),
    keys.apiKey({ ...path, apiKeyId: key.apiKey.id }),
  ])
    await tamper(world, { pk, sk }, { name })

  await invite('bob@example.com')
  await mail()
  const joined = await accept('bob@example.com')

  const named = [
    await here('getMe'),
    await here('getWorkspace'),
    await here('getProject', { path: { projectId: project.id } }),
    ...(await here('listProjects')).body.data.map((body: object) => ({ status: 200, body })),
    ...(await here('listApiKeys')).body.data.map((body: object) => ({ status: 200, body })),
  ]
  for (const { status, body } of named) expect([status, body.name]).toEqual([200, name])
  expect([joined.status, (await members())[0].name]).toEqual([200, name])
  expect((await here('updateWorkspace', { body: { name } })).status).toBe(400)
  expect((await here('deleteWorkspace', { query: { confirm: name } })).status).toBe(202)
})

test('a person whose token claims an invalid name gets a valid one', async () => {
  const { world } = await scene()
  const called = async (name: string) =>
    (await world.call('createAccount', { as: tokenOf('eve@example.com', { name, sub: name }), body: {} })).body

  expect((await called('\u202eeve')).account.name).toBe('eve')
  expect((await called('\u200b')).account.name).toBe('eve')
  expect((await called(`Zo${'\u0308'.repeat(9)}e`)).account.name).toBe(`Zo${'\u0308'.repeat(4)}e`)
})
