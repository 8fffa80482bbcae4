import { expect, test } from 'vitest'
import { Refusal } from '#shared/domain/refusals.ts'
import type { Workspace } from '#shared/domain/workspace.ts'
import { workspaceGone } from '#shared/table/api-keys.ts'
import type { Table } from '#shared/table/engine.ts'
import { countEvents } from '#shared/table/usage.ts'

const full = () => new Refusal('usage_limit_reached', 'Full')
const busy = () => new Refusal('unavailable', 'Busy')

/** Reports an event to each of three shards, of which each answers in its own way. */
async function reportTo(...answers: readonly [Refusal | undefined, Refusal | undefined, Refusal | undefined]): Promise<unknown> {
  const open = [...answers]
  const write = async () => {
    const answer = open.shift()
    if (answer) throw answer
  }
  const workspace = { id: 'ws_1', usageShards: 3 } as Workspace
  // These ids lie in shards of their own.
  const events = ['a', 'b', 'd'].map((id) => ({ id, meter: 'storage', quantity: 1n, worth: 1n, occurredAt: '2026-11-24T10:00:00.000Z' }))
  const counting = { limit: 1_000n, now: new Date('2026-11-24T10:00:00.000Z') }
  return countEvents({ write } as unknown as Table, workspace, events, counting).catch(({ code }) => code)
}

test('a batch’s answer combines those of its shards', async () => {
  expect(await reportTo(undefined, undefined, undefined)).toBe(3)
  expect(await reportTo(full(), undefined, undefined)).toBe('usage_limit_reached')
  expect(await reportTo(workspaceGone(), workspaceGone(), workspaceGone())).toBe('unauthenticated')
  expect(await reportTo(workspaceGone(), full(), workspaceGone())).toBe('unauthenticated')
})

test('if one shard’s outcome is unknown, the batch’s is too, whatever the others say', async () => {
  expect(await reportTo(workspaceGone(), busy(), workspaceGone())).toBe('unavailable')
  expect(await reportTo(full(), full(), busy())).toBe('unavailable')
})

test('a batch that was partly counted is not answered as refused', async () => {
  expect(await reportTo(workspaceGone(), undefined, workspaceGone())).toBe('unavailable')
})
