import * as z from 'zod/mini'
import { memberShape, memberView } from '#shared/domain/member.ts'
import { roleSchema, rolesThatMay } from '#shared/domain/roles.ts'
import { access, operation } from '#shared/http/operation.ts'
import { forgetDismissals } from '#shared/table/collecting.ts'
import { changeRole, findMember, memberNotFound, requireRole } from '#shared/table/members.ts'
import { untilUnchanged } from '#shared/table/races.ts'

export const updateMember = operation({
  name: 'updateMember',
  method: 'PATCH',
  path: '/v1/workspaces/{workspaceId}/members/{accountId}',
  summary: 'Change the role of a member',
  tag: 'Members',
  access: access.member('manageMembers'),
  services: ['table'],
  tableActions: ['query', 'update', 'delete', 'check'],
  body: z.strictObject({ role: roleSchema }),
  output: memberShape,
  refuses: ['member_not_found', 'last_admin'],
  load: ({ path, table }) => findMember(table, path.workspaceId, path.accountId),
  handle: async ({ loaded, workspace, member: me, authorizationCheck, body, table, now }) => {
    await forgetDismissals(table, workspace, now)
    return untilUnchanged(
      loaded,
      () => findMember(table, workspace.id, loaded?.accountId),
      async (other) => {
        if (!other) throw memberNotFound()
        const isMe = other.accountId === me.accountId
        // A transaction takes an item once: on oneself the row's own condition is the authorization check, of a row that was read as an admin's.
        if (isMe)
          requireRole(other, rolesThatMay('manageMembers'), 'Your role in this workspace has just changed. Read the workspace again.')
        return memberView(await changeRole(table, other, body.role, isMe ? undefined : authorizationCheck))
      },
    )
  },
})
