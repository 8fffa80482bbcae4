import { type Deletion, type DeletionStep, deletionSteps } from '../domain/deletion.ts'
import { finalInvoiceIdOf, isId, workspaceIdOf } from '../domain/ids.ts'
import { Refusal } from '../domain/refusals.ts'
import { later } from '../domain/time.ts'
import { all, is } from './conditions.ts'
import * as keys from './design/keys.ts'
import { sweepAt } from './design/sweep-index.ts'
import { put, type Table, update, type Write } from './engine.ts'
import { readerWrites } from './invoices.ts'
import { changed } from './races.ts'
import { changeWorkspace } from './workspaces.ts'

export const deletionNotFound = (): Refusal =>
  new Refusal('deletion_not_found', 'This deletion does not exist, or you may not read it. Check the deletion id.')

export const confirmationMismatch = (): Refusal =>
  new Refusal('confirmation_mismatch', 'The confirmation does not match the workspace name. Send the name exactly as GET returns it.', {
    errors: [{ pointer: '?confirm', detail: 'Send the exact name of the workspace.' }],
  })

/** How long a worker may be silent before the sweep sends another one, in seconds. */
const leaseSeconds = 15

const sweptIn = (id: string, now: Date, seconds: number) => sweepAt(id, later(now, seconds))

/**
 * From this transaction on nobody can read or write in the workspace; the deletion and the requester's right to see it are there.
 * Refuses `confirmation_mismatch` where the name has just changed.
 */
export function requestDeletion(table: Table, deletion: Deletion, confirm: string, authorizationCheck: Write, now: Date): Promise<void> {
  const { id, workspaceId, requestedBy, requestedAt, invoiceId } = deletion
  const item = { ...deletion, ...sweptIn(id, now, leaseSeconds) }
  const frozen = changeWorkspace(workspaceId, { set: { status: 'deleting' } }, { rule: is('name', confirm), broken: confirmationMismatch })
  return table.write(frozen, authorizationCheck, put(keys.deletion(id), item), ...readerWrites(invoiceId, requestedBy, requestedAt))
}

export const readDeletion = (table: Table, id: string): Promise<Deletion | undefined> => table.get(keys.deletion(id))

/**
 * A deletion as somebody may see it: the requester and those who were admins at that moment, whose member rows say so until the first
 * step has copied them. Undefined for everybody else. One round, strongly consistent.
 */
export async function readDeletionAs(table: Table, id: string, accountId: string): Promise<Deletion | undefined> {
  if (!isId('del', id)) return undefined
  const workspaceId = workspaceIdOf(id)
  const { deletion, reader, member } = await table.get({
    deletion: keys.deletion(id),
    reader: keys.reader({ invoiceId: finalInvoiceIdOf(workspaceId), accountId }),
    member: keys.member({ workspaceId, accountId }),
  })
  return reader || member?.role === 'admin' ? deletion : undefined
}

const at = (step: DeletionStep, { pageNumber }: Deletion) => all(is('step', step), is('pageNumber', pageNumber))

/** The transition out of a step, into the next: only once, whoever else works on the same deletion. Throws `Changed` on a race. */
export function finishStep(deletion: Deletion, step: DeletionStep, now: Date): Write {
  const next = deletionSteps[deletionSteps.indexOf(step) + 1] ?? 'completed'
  const moment = now.toISOString()
  const doneAt = { ...deletion.doneAt, [step]: moment }
  const ended = next === 'completed' ? { completedAt: moment } : sweptIn(deletion.id, now, leaseSeconds)
  const remove = next === 'completed' ? ['gsi2pk', 'gsi2sk', 'page', 'nextAttemptAt'] : ['page', 'nextAttemptAt']
  return update(keys.deletion(deletion.id), { set: { step: next, doneAt, ...ended }, remove }, at(step, deletion), changed)
}

/** Notes progress within a step, and gives the worker another lease. Answers the deletion as it is then, undefined on a race. */
export async function progress(table: Table, deletion: Deletion, fields: Partial<Deletion>, now: Date, seconds = leaseSeconds) {
  const { step } = deletion
  if (step === 'completed') return undefined
  const set = { ...fields, ...sweptIn(deletion.id, now, seconds) }
  return table.change(keys.deletion(deletion.id), { set }, at(step, deletion))
}

/** What is left of a workspace: no name, no person; it says that the id is used up. */
export const tombstone = ({ id, workspaceId }: Deletion, now: Date): Write =>
  put<object>(
    keys.workspace(workspaceId),
    { id: workspaceId, status: 'deleted', deletionId: id, deletedAt: now.toISOString() },
    is('status', 'deleting'),
    changed,
  )
