import { type Deletion, deletionSteps, newDeletion } from '#shared/domain/deletion.ts'
import { absent } from '#shared/table/conditions.ts'
import * as keys from '#shared/table/design/keys.ts'
import { sweepAt } from '#shared/table/design/sweep-index.ts'
import { put, type Table } from '#shared/table/engine.ts'
import { changeWorkspace } from '#shared/table/workspaces.ts'

/** The outcome of deleting a workspace again. */
export type DeleteAgainResult = 'is being deleted again' | 'is being deleted already' | 'is deleted already' | 'is not in this table'

/**
 * Deletes a workspace that had been deleted and that a backup brought back: from this write on nobody gets in, and the sweep finds a
 * deletion whose only remaining step is the purge. Nothing is billed: the first deletion did that. It can be repeated.
 */
export async function deleteAgain(table: Table, workspaceId: string, now: Date): Promise<DeleteAgainResult> {
  const workspace = await table.get(keys.workspace(workspaceId))
  if (!workspace) return 'is not in this table'
  if (workspace.status !== 'active') return workspace.status === 'deleted' ? 'is deleted already' : 'is being deleted already'
  const moment = now.toISOString()
  const done = deletionSteps.filter((step) => step !== 'purgeData')
  const deletion: Deletion = {
    ...newDeletion(workspace, 'operator', now),
    step: 'purgeData',
    started: true,
    doneAt: Object.fromEntries(done.map((step) => [step, moment])),
  }
  await table.write(
    changeWorkspace(workspaceId, { set: { status: 'deleting' } }),
    put(keys.deletion(deletion.id), { ...deletion, ...sweepAt(deletion.id, moment) }, absent('pk')),
  )
  return 'is being deleted again'
}

/** The workspace's name and status. */
export async function standingOf(table: Table, workspaceId: string): Promise<string> {
  const workspace = await table.get(keys.workspace(workspaceId))
  if (!workspace) return 'is not in this table'
  return workspace.status === 'active' ? `is alive: "${workspace.name}", ${workspace.memberCount} members` : `is ${workspace.status}`
}
