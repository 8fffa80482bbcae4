import type { Deletion } from '../domain/deletion.ts'
import { finishStep } from '../table/deletions.ts'
import * as collections from '../table/design/collections.ts'
import { readerWrites } from '../table/invoices.ts'
import { listMembers } from '../table/members.ts'
import { purge } from '../table/purge.ts'
import type { StepOutcome, Tools } from './step.ts'

/** Readers per transaction. */
const chunk = 40

/**
 * Access ended with the request itself. This step copies those who were admins at that moment (nobody's role has changed since: the
 * workspace takes no writes): they may read invoice and deletion for ever.
 */
export async function revokeAccess(deletion: Deletion, { table, clock }: Tools): Promise<StepOutcome> {
  const { workspaceId, invoiceId, requestedAt } = deletion
  const admins = (await listMembers(table, workspaceId)).filter(({ role }) => role === 'admin')
  for (let i = 0; i < admins.length; i += chunk) {
    const some = admins.slice(i, i + chunk)
    await table.write(...some.flatMap(({ accountId }) => readerWrites(invoiceId, accountId, requestedAt)))
  }
  await table.write(finishStep(deletion, 'revokeAccess', clock()))
  return 'done'
}

/** The keys have been dead since the request; this step erases and counts them. */
export async function revokeApiKeys(deletion: Deletion, { table, clock, remaining }: Tools): Promise<StepOutcome> {
  const itemsToPurge = [{ of: collections.apiKeys(deletion.workspaceId) }]
  const purged = await purge(table, deletion, itemsToPurge, { clock, hasTime: () => remaining() > 10_000 })
  if (!purged) return 'done'
  if (!purged.isDone) return 'again'
  await table.write(finishStep(purged.deletion, 'revokeApiKeys', clock()))
  return 'done'
}
