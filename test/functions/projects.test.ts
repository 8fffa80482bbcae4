import { expect, test } from 'vitest'
import { changeProject, readProject } from '#shared/table/projects.ts'
import { scene } from '#test/support/scene.ts'
import { signUp } from '#test/support/world.ts'

const notFound = { status: 404, body: { code: 'project_not_found' } }
const forbidden = { status: 403, body: { code: 'forbidden' } }

async function projects() {
  const base = await scene()
  const create = async (name: string, as?: string) => (await base.here('createProject', { as, body: { name } })).body
  return { ...base, create }
}

test('a project is created in a workspace, with a trimmed name', async () => {
  const { world, ann, here, workspace } = await projects()

  const { status, body } = await here('createProject', { body: { name: ' Rocket ' } })

  const at = world.now.toISOString()
  const project = { workspaceId: workspace.id, name: 'Rocket', createdAt: at, createdBy: ann.id, updatedAt: at }
  expect(status).toBe(201)
  expect(body).toEqual({ id: expect.stringMatching(/^prj_\w+$/), ...project })
  expect((await here('getProject', { path: { projectId: body.id } })).body).toEqual(body)
})

test('a developer creates, renames and deletes projects', async () => {
  const { world, here, join, create } = await projects()
  const dev = await join('dev@example.com', 'developer')
  const made = await create('Rocket', dev.token)
  const ask = { as: dev.token, path: { projectId: made.id } }

  const renamed = await here('updateProject', { ...ask, body: { name: ' Space Ship ' } })

  expect(renamed).toMatchObject({
    status: 200,
    body: { ...made, name: 'Space Ship', createdBy: dev.id, updatedAt: world.now.toISOString() },
  })
  expect((await here('getProject', ask)).body).toEqual(renamed.body)
  expect(await here('deleteProject', ask)).toMatchObject({ status: 204, body: undefined })
  expect(await here('getProject', ask)).toMatchObject(notFound)
  expect((await here('listProjects')).body.data).toEqual([])
})

test('a member can read projects but not change them', async () => {
  const { here, join, create } = await projects()
  const made = await create('Rocket')
  const { token: as } = await join('bob@example.com', 'member')
  const path = { projectId: made.id }

  expect((await here('getProject', { as, path })).body).toEqual(made)
  expect((await here('listProjects', { as })).body.data).toEqual([made])
  expect(await here('createProject', { as, body: { name: 'Mine' } })).toMatchObject(forbidden)
  expect(await here('updateProject', { as, path, body: { name: 'Mine' } })).toMatchObject(forbidden)
  expect(await here('deleteProject', { as, path })).toMatchObject(forbidden)
  expect((await here('listProjects')).body.data).toEqual([made])
})

test('an unknown project answers 404, whatever the id looks like', async () => {
  const { world, ann, here, create } = await projects()
  const elsewhere = await world.call('createProject', { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { name: 'Other' } })
  const gone = await create('Gone')
  await here('deleteProject', { path: { projectId: gone.id } })

  for (const projectId of [elsewhere.body.id, gone.id, gone.id.toUpperCase(), gone.id.replace('prj_', 'ws_'), 'nonsense', 'WORKSPACE']) {
    const path = { projectId }
    expect(await here('getProject', { path })).toMatchObject(notFound)
    expect(await here('updateProject', { path, body: { name: 'New' } })).toMatchObject(notFound)
    expect(await here('deleteProject', { path })).toMatchObject(notFound)
  }
  expect((await here('listProjects')).body.data).toEqual([])
})

test.each([{}, { name: '' }, { name: '  ' }, { name: 'x'.repeat(101) }, { name: 'a\nb' }, { name: 1 }])(
  'a project is not called %j',
  async (body) => {
    const { here, create } = await projects()
    const { id } = await create('Rocket')
    const refused = { status: 400, body: { code: 'invalid_request', errors: [{ pointer: '/name' }] } }

    expect(await here('createProject', { body })).toMatchObject(refused)
    expect(await here('updateProject', { path: { projectId: id }, body })).toMatchObject(refused)
    expect((await here('listProjects')).body.data).toMatchObject([{ name: 'Rocket' }])
  },
)

test('projects are listed oldest first, in pages without a gap', async () => {
  const { here, create } = await projects()
  const made = []
  for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) made.push(await create(name))
  const page = async (query: Record<string, string>) => (await here('listProjects', { query })).body

  const first = await page({ limit: '2' })
  const second = await page({ limit: '2', cursor: first.nextCursor })
  await create('Six')
  const third = await page({ limit: '2', cursor: second.nextCursor })

  expect((await page({})).data).toHaveLength(6)
  expect([...first.data, ...second.data, ...third.data]).toEqual([...made, expect.objectContaining({ name: 'Six' })])
  expect(third.nextCursor).toBeNull()
})

test('a list of projects continues after one that was deleted meanwhile', async () => {
  const { here, create } = await projects()
  for (const name of ['One', 'Two', 'Three']) await create(name)
  const first = (await here('listProjects', { query: { limit: '2' } })).body

  await here('deleteProject', { path: { projectId: first.data[1].id } })

  const rest = await here('listProjects', { query: { limit: '2', cursor: first.nextCursor } })
  expect(rest.body).toMatchObject({ data: [{ name: 'Three' }], nextCursor: null })
})

test('a cursor of another list, or a text that is no cursor, is refused', async () => {
  const { world, ann, here, create } = await projects()
  for (const name of ['One', 'Two']) await create(name)
  const other = await signUp(world, 'eve@example.com')
  for (const name of ['Secret', 'Hidden'])
    await world.call('createProject', { as: other.token, path: { workspaceId: other.workspaceId }, body: { name } })
  const query = { limit: '1' }
  const foreign = await world.call('listProjects', { as: other.token, path: { workspaceId: other.workspaceId }, query })
  const workspaces = await world.call('listWorkspaces', { as: ann.token, query })
  const mine = (await here('listProjects', { query })).body.nextCursor

  const cursors = [foreign.body.nextCursor, workspaces.body.nextCursor, `${mine}A`, mine.slice(1), 'nonsense', '%', '']
  for (const cursor of cursors)
    expect(await here('listProjects', { query: { cursor } })).toMatchObject({ status: 400, body: { errors: [{ pointer: '?cursor' }] } })
})

test('a project created again with the same Idempotency-Key is the same one', async () => {
  const { here, create } = await projects()
  const ask = (name: string) => here('createProject', { body: { name }, headers: { 'idempotency-key': 'one' } })

  const first = await ask('Rocket')
  await here('updateProject', { path: { projectId: first.body.id }, body: { name: 'Renamed' } })
  const again = await ask('Rocket')

  expect(again).toMatchObject({ status: 201, body: first.body, headers: { 'idempotent-replayed': 'true' } })
  expect(await ask('Other')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  await create('Second')
  expect((await here('listProjects')).body.data).toMatchObject([{ name: 'Renamed' }, { name: 'Second' }])
})

test('a refusal is not remembered under its Idempotency-Key', async () => {
  const { here, join } = await projects()
  const bob = await join('bob@example.com', 'member')
  const ask = (name: string) => here('createProject', { as: bob.token, body: { name }, headers: { 'idempotency-key': 'one' } })
  expect(await ask('Rocket')).toMatchObject(forbidden)
  await here('updateMember', { path: { accountId: bob.id }, body: { role: 'developer' } })
  expect(await ask('')).toMatchObject({ status: 400 })

  expect(await ask('Rocket')).toMatchObject({ status: 201, body: { name: 'Rocket' } })
})

test('what a change leaves out stays as stored, whatever the project was when it was loaded', async () => {
  const { world, workspace, here, create } = await projects()
  const { table } = world.services
  const loaded = await create('Rocket')
  await here('updateProject', { path: { projectId: loaded.id }, body: { name: 'Comet' } })

  await changeProject(table, loaded, { updatedAt: '2030-01-01T00:00:00.000Z' })

  expect(await readProject(table, workspace.id, loaded.id)).toMatchObject({ name: 'Comet', updatedAt: '2030-01-01T00:00:00.000Z' })
})
