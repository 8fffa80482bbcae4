import { deletionShape, deletionView } from '#shared/domain/deletion.ts'
import { access, operation } from '#shared/http/operation.ts'
import { deletionNotFound, readDeletionAs } from '#shared/table/deletions.ts'

export const getDeletion = operation({
  name: 'getDeletion',
  method: 'GET',
  path: '/v1/deletions/{deletionId}',
  summary: 'Get a deletion: its progress and, once completed, what was erased',
  tag: 'Workspaces',
  access: access.account,
  services: ['table'],
  output: deletionShape,
  refuses: ['deletion_not_found'],
  load: ({ path, caller, table }) => readDeletionAs(table, path.deletionId, caller.accountId),
  handle: async ({ loaded }) => {
    if (!loaded) throw deletionNotFound()
    return deletionView(loaded)
  },
})
