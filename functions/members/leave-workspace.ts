import * as z from 'zod/mini'
import { successorErrors } from '#shared/domain/member.ts'
import { accountIdSchema } from '#shared/domain/schemas.ts'
import { access, operation } from '#shared/http/operation.ts'
import { findMember, leaveWith } from '#shared/table/members.ts'

export const leaveWorkspace = operation({
  name: 'leaveWorkspace',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}/members/me',
  summary: 'Leave a workspace; if you are the last admin, your successor becomes admin',
  tag: 'Members',
  access: access.member('leave'),
  services: ['table'],
  tableActions: ['query', 'update', 'delete'],
  query: z.strictObject({ successorId: z.optional(accountIdSchema) }),
  refuses: ['last_member'],
  load: ({ path, query, table }) => findMember(table, path.workspaceId, query.successorId),
  checkLoaded: ({ loaded: successor, query, caller }) => successorErrors(query?.successorId, successor, caller.accountId),
  handle: ({ loaded: successor, workspace, member: me, table }) => leaveWith(table, workspace, me, successor),
})
