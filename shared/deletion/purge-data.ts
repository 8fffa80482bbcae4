import type { Deletion } from '../domain/deletion.ts'
import type { Workspace } from '../domain/workspace.ts'
import { finishStep, tombstone } from '../table/deletions.ts'
import * as collections from '../table/design/collections.ts'
import * as keys from '../table/design/keys.ts'
import { type ItemsToPurge, purge } from '../table/purge.ts'
import type { StepOutcome, Tools } from './step.ts'

/**
 * Everything of a workspace, in every partition: first the usage, then what lies beside the workspace item, and that item last, which
 * becomes a tombstone. What stays is this and nothing else: the tombstone, the deletion, the invoice with its readers and their
 * pointers, the accounts, and for 24 hours the idempotency record of its createWorkspace (fingerprint and id), so that its replay is a 404.
 */
const itemsToPurge = ({ id, usageShards }: Workspace): ItemsToPurge[] => [
  ...Array.from({ length: usageShards }, (_, shard) => ({ of: collections.usage(id, shard) })),
  { of: collections.inWorkspace(id), except: keys.workspace(id) },
]

/** Erases, page by page, and closes the deletion with the tombstone. */
export async function purgeData(deletion: Deletion, { table, clock, remaining }: Tools): Promise<StepOutcome> {
  const workspace = await table.get(keys.workspace(deletion.workspaceId))
  if (workspace?.status === 'deleted') return 'done' // by another worker, since the deletion was read
  if (workspace?.status !== 'deleting') throw new Error('The workspace of this deletion is not being deleted')
  const purged = await purge(table, deletion, itemsToPurge(workspace), { clock, hasTime: () => remaining() > 10_000 })
  if (!purged) return 'done'
  if (!purged.isDone) return 'again'
  await table.write(finishStep(purged.deletion, 'purgeData', clock()), tombstone(deletion, clock()))
  return 'done'
}
