import { expect, onTestFinished, test } from 'vitest'
import { newDeletion } from '#shared/domain/deletion.ts'
import type { Workspace } from '#shared/domain/workspace.ts'
import { finishStep, progress, readDeletion } from '#shared/table/deletions.ts'
import * as collections from '#shared/table/design/collections.ts'
import * as keys from '#shared/table/design/keys.ts'
import { put } from '#shared/table/engine.ts'
import { purge } from '#shared/table/purge.ts'
import { Changed } from '#shared/table/races.ts'
import { createWorld } from '#test/support/world.ts'

/** A deletion that has just begun. */
async function begun() {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const { table } = world.services
  const workspace = { id: 'ws_01k0c5r2m8q3v9xw7y4z6b1d2e', name: 'Blue Team' } as Workspace
  const deletion = newDeletion(workspace, 'acc_1', world.now)
  await table.write(put(keys.deletion(deletion.id), deletion))
  return { table, deletion, now: world.now }
}

test('a step ends once, however many have read the deletion in it', async () => {
  const { table, deletion, now } = await begun()

  await table.write(finishStep(deletion, 'revokeAccess', now))

  await expect(table.write(finishStep(deletion, 'revokeAccess', now))).rejects.toBeInstanceOf(Changed)
  expect(await readDeletion(table, deletion.id)).toMatchObject({ step: 'revokeApiKeys' })
})

test('a worker that was overtaken records no page and ends no step', async () => {
  const { table, deletion, now } = await begun()
  const page = { pageNumber: 1, purged: { apiKey: 5 } }

  expect(await progress(table, deletion, page, now)).toMatchObject(page)

  expect(await progress(table, deletion, { pageNumber: 1, purged: { apiKey: 3 } }, now)).toBeUndefined()
  await expect(table.write(finishStep(deletion, 'revokeAccess', now))).rejects.toBeInstanceOf(Changed)
  expect(await readDeletion(table, deletion.id)).toMatchObject({ step: 'revokeAccess', ...page })
})

test('nothing is recorded in a step that is over', async () => {
  const { table, deletion, now } = await begun()
  await table.write(finishStep(deletion, 'revokeAccess', now))

  expect(await progress(table, deletion, { started: true }, now)).toBeUndefined()
  expect(await progress(table, { ...deletion, step: 'completed' }, { started: true }, now)).toBeUndefined()
})

test('a worker that was overtaken erases nothing and stops', async () => {
  const { table, deletion, now } = await begun()
  const key = keys.billing(deletion.workspaceId)
  await table.write(put<object>(key, { provider: 'stripe' }))
  await progress(table, deletion, { pageNumber: 1 }, now)

  expect(
    await purge(table, deletion, [{ of: collections.inWorkspace(deletion.workspaceId) }], { clock: () => now, hasTime: () => true }),
  ).toBeUndefined()
  expect(await table.get(key)).toMatchObject({ provider: 'stripe' })
})
