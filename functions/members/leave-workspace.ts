import * as z from 'zod/mini'
import { isId } from '#shared/domain/ids.ts'
import { invalid } from '#shared/domain/refusals.ts'
import { accountIdSchema } from '#shared/domain/shapes.ts'
import { member, operation } from '#shared/http/operation.ts'
import { leaveWith, readMember } from '#shared/table/members.ts'

export const leaveWorkspace = operation({
  name: 'leaveWorkspace',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}/members/me',
  summary: 'Leave a workspace; where the last admin leaves, the successor becomes admin',
  tag: 'Members',
  access: member('leave'),
  needs: ['table'],
  touches: ['query', 'update', 'delete'],
  query: z.strictObject({ successorId: z.optional(accountIdSchema) }),
  refuses: ['last_member'],
  load: async ({ path, query: { successorId }, table }) =>
    successorId && isId('acc', successorId) ? readMember(table, path.workspaceId, successorId) : undefined,
  handle: async ({ loaded: successor, workspace, member: me, query, table }) => {
    const isNamed = query.successorId !== undefined
    if (isNamed && (!successor || successor.accountId === me.accountId))
      throw invalid('?successorId', 'The successor is another member of this workspace: name one by account id.')
    await leaveWith(table, workspace, me, successor)
  },
})
