import { expect, test } from 'vitest'
import { deleteAgain } from '#infra/operate/deleting-again.ts'
import { departure, leftoversOf } from '../support/departure.ts'

test('a workspace that a backup brought back is closed at once, purged by the sweep, and not billed again', async () => {
  const team = await departure()
  const { world, workspaceId, secret, here, charges } = team
  await team.card('pm_card_visa')
  await team.use('storage', '12.5')
  await team.join('bob@example.com', 'developer')

  const outcome = await deleteAgain(world.services.table, workspaceId, world.now)
  const member = await here('getWorkspace')
  const key = await world.call('whoami', { as: secret })
  await world.run('cleanUp')
  const failures = await team.finish()

  expect([outcome, member.status, key.status, failures]).toEqual(['is being deleted again', 404, 401, []])
  expect(await leftoversOf(world, workspaceId)).toEqual([])
  expect(charges()).toEqual([])
  expect(world.queued).toEqual([])
})

test('deleting again can be repeated, and does not touch what is deleted already or never existed', async () => {
  const team = await departure()
  const { world, workspaceId } = team
  const ask = (id = workspaceId) => deleteAgain(world.services.table, id, world.now)

  expect(await ask(`ws_${'0'.repeat(26)}`)).toBe('is not in this table')
  await team.erase()
  expect(await ask()).toBe('is being deleted already')
  await team.finish()
  expect(await ask()).toBe('is deleted already')
})
