import type { Account } from '#shared/domain/account.ts'
import type { Deletion } from '#shared/domain/deletion.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import { isOpen } from '#shared/domain/inviting.ts'
import type { Invoice, Reader } from '#shared/domain/invoice.ts'
import { Refusal } from '#shared/domain/refusals.ts'
import { safeForLog } from '#shared/domain/safe-for-log.ts'
import { later, secondsUntil } from '#shared/domain/time.ts'
import type { Services } from '#shared/services.ts'
import { lookAgain } from '#shared/table/charging.ts'
import { collectEnded, forgetEnded } from '#shared/table/collecting.ts'
import { progress } from '#shared/table/deletions.ts'
import * as keys from '#shared/table/design/keys.ts'
import { sweepShards } from '#shared/table/design/sweep-index.ts'
import type { Item } from '#shared/table/engine.ts'
import { mailOf, postpone } from '#shared/table/invitations.ts'
import { oweInvoiceMail } from '#shared/table/invoices.ts'
import { postponeRows } from '#shared/table/member-rows.ts'
import { Changed } from '#shared/table/races.ts'
import { listForSweep } from '#shared/table/sweep.ts'
import { scheduledWorker } from '#shared/worker/worker.ts'

type Tools = Pick<Services, 'table' | 'queue' | 'clock' | 'logger' | 'metrics'>

/**
 * The sweep: removes invitations that have ended, and queues again what was recorded but never done: owed e-mails, stalled deletions, what
 * invoices owe to the payment provider, member rows that have to follow their account. It reads only what is due; what it cannot do now
 * stays due for the next run.
 */
export const cleanUp = scheduledWorker({
  name: 'cleanUp',
  summary: 'Removes expired invitations and queues lost work again',
  everyMinutes: 1,
  services: ['table', 'queue'],
  tableActions: ['get', 'query gsi2', 'update', 'delete'],
  sendsTo: ['deletion', 'mail', 'accounts'],
  handle: async (tools) => {
    const ages = await Promise.all(Array.from({ length: sweepShards }, (_, shard) => sweep(tools, shard)))
    tools.metrics.record('DeletionAge', Math.max(...ages))
    tools.metrics.record('CleanUpRuns', 1)
  },
})

/** Handles what is due in one partition; answers the age of its oldest unfinished deletion, in seconds. */
async function sweep(tools: Tools, shard: number): Promise<number> {
  const now = tools.clock()
  let oldest = 0
  let startAfter: Item | undefined
  do {
    const { invitations, deletions, readers, invoices, accounts, last } = await listForSweep(tools.table, shard, startAfter, now)
    await sweepInvitations(tools, invitations, now)
    await sweepDeletions(tools, deletions, now)
    await sweepReaders(tools, readers, now)
    await sweepInvoices(tools, invoices, now)
    await sweepAccounts(tools, accounts, now)
    oldest = Math.max(oldest, ...deletions.map(({ requestedAt }) => -secondsUntil(requestedAt, now)))
    startAfter = last
  } while (startAfter)
  return oldest
}

async function sweepInvitations(tools: Tools, due: readonly Invitation[], now: Date): Promise<void> {
  const pending = due.filter(({ status }) => status === 'pending')
  const byWorkspace = Map.groupBy(pending, ({ workspaceId }) => workspaceId)
  const workspaces = await tools.table.get([...byWorkspace.keys()].map(keys.workspace))
  const owed: Invitation[] = []
  for (const workspace of workspaces) {
    const rows = byWorkspace.get(workspace?.id ?? '')
    if (!workspace || !rows) continue
    await attempt(tools, { workspaceId: workspace.id }, collectEnded(tools.table, workspace, rows, now))
    owed.push(...rows.filter((row) => row.outbox && isOpen(row, workspace, now)))
  }
  await tools.queue.enqueue('mail', owed.map(mailOf))
  for (const invitation of owed) await attempt(tools, { invitationId: invitation.id }, postpone(tools.table, invitation, now))
  for (const invitation of due.filter(({ status }) => status !== 'pending'))
    await attempt(tools, { invitationId: invitation.id }, forgetEnded(tools.table, invitation))
}

/** How long the sweep leaves queued work alone before it queues it again, in seconds. */
const sweepDelaySeconds = 60

async function sweepDeletions(tools: Tools, due: readonly Deletion[], now: Date): Promise<void> {
  for (const deletion of due) await attempt(tools, { deletionId: deletion.id }, progress(tools.table, deletion, {}, now, sweepDelaySeconds))
  await tools.queue.enqueue(
    'deletion',
    due.map(({ id }) => ({ deletionId: id })),
  )
}

async function sweepReaders(tools: Tools, due: readonly Reader[], now: Date): Promise<void> {
  for (const reader of due)
    await attempt(tools, { invoiceId: reader.invoiceId }, oweInvoiceMail(tools.table, reader, now, sweepDelaySeconds))
  await tools.queue.enqueue(
    'mail',
    due.map(({ invoiceId, accountId }) => ({ kind: 'invoice' as const, invoiceId, accountId })),
  )
}

/** The deletion's worker asks the provider, so that a slow provider delays nothing here. */
async function sweepInvoices(tools: Tools, due: readonly Invoice[], now: Date): Promise<void> {
  for (const invoice of due) await attempt(tools, { invoiceId: invoice.id }, lookAgain(tools.table, invoice, later(now, sweepDelaySeconds)))
  await tools.queue.enqueue(
    'deletion',
    due.map(({ id }) => ({ invoiceId: id })),
  )
}

async function sweepAccounts(tools: Tools, due: readonly Account[], now: Date): Promise<void> {
  for (const account of due) await attempt(tools, { accountId: account.id }, postponeRows(tools.table, account, now))
  await tools.queue.enqueue(
    'accounts',
    due.map(({ id }) => ({ accountId: id })),
  )
}

/** An item that cannot be handled must not delay the others; it stays due. `logContext` holds ids. */
async function attempt({ logger }: Tools, logContext: Readonly<Record<string, string>>, work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    const isAnswer = error instanceof Changed || (error instanceof Refusal && error.code !== 'unavailable')
    if (!isAnswer) logger.error('failed', { worker: 'cleanUp', ...logContext, error: safeForLog(error) })
  }
}
