import * as z from 'zod/mini'
import { successorErrors } from '#shared/domain/member.ts'
import { accountIdSchema } from '#shared/domain/schemas.ts'
import { access, operation } from '#shared/http/operation.ts'
import { forgetDismissals } from '#shared/table/collecting.ts'
import { findMember, leaveWith, memberNotFound, removeMember as removeOther } from '#shared/table/members.ts'
import { untilUnchanged } from '#shared/table/races.ts'

export const removeMember = operation({
  name: 'removeMember',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}/members/{accountId}',
  summary: 'Remove a member; removing yourself follows the rules for leaving',
  tag: 'Members',
  access: access.member('manageMembers', { onSelf: 'leave' }),
  services: ['table'],
  tableActions: ['query', 'update', 'delete', 'check'],
  query: z.strictObject({ successorId: z.optional(accountIdSchema) }),
  refuses: ['member_not_found', 'last_member'],
  load: ({ path, query, table }) =>
    Promise.all([findMember(table, path.workspaceId, path.accountId), findMember(table, path.workspaceId, query.successorId)]),
  checkLoaded: ({ loaded: [, successor], query, caller }) => successorErrors(query?.successorId, successor, caller.accountId),
  handle: async ({ loaded: [found, successor], workspace, member: me, authorizationCheck, table, now }) => {
    if (found?.accountId === me.accountId) return leaveWith(table, workspace, me, successor)
    await forgetDismissals(table, workspace, now)
    await untilUnchanged(
      found,
      () => findMember(table, workspace.id, found?.accountId),
      async (other) => {
        if (!other) throw memberNotFound()
        await removeOther(table, other, authorizationCheck)
      },
    )
  },
})
