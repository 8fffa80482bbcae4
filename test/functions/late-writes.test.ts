import { expect, test } from 'vitest'
import { Table } from '#shared/table/engine.ts'
import { type Departure, departure } from '#test/support/departure.ts'
import type { Ask } from '#test/support/event.ts'
import { interrupted } from '#test/support/faults.ts'
import { allRows, problemsOf } from '#test/support/invariants.ts'
import { aside } from '#test/support/recording.ts'

/** All but the day's counts of e-mails, of which what was reserved is given back. */
const rowsIn = async (table: Table) => (await allRows(table)).filter(({ pk }) => !pk.startsWith('MAILBOX#'))

/** The services as a request has them that is let in before the workspace is deleted, and writes after it. */
function overtaken({ world, erase }: Departure) {
  const { table } = world.services
  let rows: unknown
  const write: Table['write'] = async (...writes) => {
    if (!rows) {
      expect(await erase()).toMatchObject({ status: 202 })
      rows = await aside(() => rowsIn(table))
    }
    return table.write(...writes)
  }
  const services = { ...world.services, table: Object.assign(new Table(table.client, table.name), { write }) }
  return { services, rowsThen: () => rows }
}

test.each<[string, (made: { projectId: string; apiKeyId: string; invitationId: string; accountId: string }) => Ask]>([
  ['updateWorkspace', () => ({ body: { name: 'Red Team' } })],
  ['createInvitations', () => ({ body: { emails: ['eve@example.com'] } })],
  ['resendInvitation', ({ invitationId }) => ({ path: { invitationId } })],
  ['revokeInvitation', ({ invitationId }) => ({ path: { invitationId } })],
  ['updateMember', ({ accountId }) => ({ path: { accountId }, body: { role: 'admin' } })],
  ['removeMember', ({ accountId }) => ({ path: { accountId } })],
  ['createProject', () => ({ body: { name: 'Late' } })],
  ['updateProject', ({ projectId }) => ({ path: { projectId }, body: { name: 'Late' } })],
  ['deleteProject', ({ projectId }) => ({ path: { projectId } })],
  ['createApiKey', () => ({ body: { name: 'Late' } })],
  ['rotateApiKey', ({ apiKeyId }) => ({ path: { apiKeyId }, body: { graceSeconds: 60 } })],
  ['revokeApiKey', ({ apiKeyId }) => ({ path: { apiKeyId } })],
  ['setPaymentMethod', () => ({ body: { paymentMethodId: 'pm_card_visa' } })],
])('%s that was let in before a deletion and writes after it is a 404 and changes nothing', async (name, askOf) => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'developer')
  const { body: project } = await d.here('createProject', { body: { name: 'Site' } })
  const { body: invited } = await d.invite('carol@example.com')
  d.world.passSeconds(61)
  const { path: more, ...ask } = askOf({
    projectId: project.id,
    apiKeyId: d.apiKey.id,
    invitationId: invited.results[0].invitation.id,
    accountId: bob.id,
  })
  const { services, rowsThen } = overtaken(d)

  const answer = await d.world.call(name, { as: d.ann.token, path: { ...d.path, ...more }, ...ask }, services)

  expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
  expect(await rowsIn(d.world.services.table)).toEqual(rowsThen())
})

test('a deletion must be confirmed with the workspace’s name at the time it begins', async () => {
  const d = await departure()
  const { table } = d.world.services
  let renamed = false
  const write: Table['write'] = async (...writes) => {
    if (!renamed) expect(await d.here('updateWorkspace', { body: { name: 'Red Team' } })).toMatchObject({ status: 200 })
    renamed = true
    return table.write(...writes)
  }
  const services = { ...d.world.services, table: Object.assign(new Table(table.client, table.name), { write }) }

  const answer = await d.world.call('deleteWorkspace', { as: d.ann.token, path: d.path, query: { confirm: 'Blue Team' } }, services)

  expect(answer).toMatchObject({ status: 400, body: { code: 'confirmation_mismatch' } })
  expect(await d.here('getWorkspace')).toMatchObject({ status: 200, body: { name: 'Red Team' } })
})

test('an admin who is demoted while they write is refused, and changes nothing', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'admin')
  const { table } = d.world.services
  let demoted = false
  const write: Table['write'] = async (...writes) => {
    const demotion = { path: { accountId: bob.id }, body: { role: 'developer' } }
    if (!demoted) expect(await d.here('updateMember', demotion)).toMatchObject({ status: 200 })
    demoted = true
    return table.write(...writes)
  }
  const services = { ...d.world.services, table: Object.assign(new Table(table.client, table.name), { write }) }

  const answer = await d.world.call('updateWorkspace', { as: bob.token, path: d.path, body: { name: 'Bobs' } }, services)

  expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await d.here('getWorkspace')).toMatchObject({ body: { name: 'Blue Team' } })
})

test('a concurrent role change starts from the current role, so that admins are counted correctly', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'member')
  const change = (role: string) => ({ as: d.ann.token, path: { ...d.path, accountId: bob.id }, body: { role } })
  const services = interrupted(d.world, () => d.world.call('updateMember', change('admin')))

  expect(await d.world.call('updateMember', change('developer'), services)).toMatchObject({ status: 200, body: { role: 'developer' } })

  expect(await problemsOf(d.world.services.table)).toEqual([])
})

test('a project that is deleted while it is renamed stays deleted', async () => {
  const d = await departure()
  const { body: project } = await d.here('createProject', { body: { name: 'P' } })
  const path = { ...d.path, projectId: project.id }
  const services = interrupted(d.world, () => d.here('deleteProject', { path }))

  const answer = await d.world.call('updateProject', { as: d.ann.token, path, body: { name: 'Q' } }, services)

  expect(answer).toMatchObject({ status: 404, body: { code: 'project_not_found' } })
  expect((await d.here('listProjects')).body.data).toEqual([])
})
