import * as z from 'zod/mini'
import type { Deletion } from '#shared/domain/deletion.ts'
import { deletionShape, deletionView, newDeletion } from '#shared/domain/deletion.ts'
import { deletionIdOf } from '#shared/domain/ids.ts'
import { Refusal } from '#shared/domain/refusals.ts'
import { access, operation, Reply } from '#shared/http/operation.ts'
import { confirmationMismatch, readDeletionAs, requestDeletion } from '#shared/table/deletions.ts'

const accepted = (deletion: Deletion) => new Reply(deletionView(deletion), { headers: { location: `/v1/deletions/${deletion.id}` } })

export const deleteWorkspace = operation({
  name: 'deleteWorkspace',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}',
  summary: 'Delete a workspace; all access ends at once, then its data is billed and erased',
  tag: 'Workspaces',
  access: access.member('manageWorkspace'),
  services: ['table', 'queue'],
  tableActions: ['put', 'update', 'check'],
  sendsTo: ['deletion'],
  query: z.strictObject({ confirm: z.string().register(z.globalRegistry, { description: "The workspace's exact name" }) }),
  status: 202,
  output: deletionShape,
  refuses: ['confirmation_mismatch'],
  answerWhenDeleted: async ({ table, path, person }) => {
    const deletion = await readDeletionAs(table, deletionIdOf(path.workspaceId ?? ''), person.accountId)
    return deletion && accepted(deletion)
  },
  handle: async ({ workspace, person, authorizationCheck, query: { confirm }, table, queue, now }) => {
    if (confirm !== workspace.name) throw confirmationMismatch()
    const deletion = newDeletion(workspace, person.accountId, now)
    try {
      await requestDeletion(table, deletion, confirm, authorizationCheck, now)
    } catch (error) {
      // Another DELETE was quicker: answer its deletion.
      const first = error instanceof Refusal ? await readDeletionAs(table, deletion.id, person.accountId) : undefined
      if (!first) throw error
      return accepted(first)
    }
    await queue.enqueue('deletion', [{ deletionId: deletion.id }])
    return accepted(deletion)
  },
})
