import * as z from 'zod/mini'
import { roleSchema } from '#shared/domain/roles.ts'
import { memberShape } from '#shared/domain/shapes.ts'
import { member, operation } from '#shared/http/operation.ts'
import { changeRole, findMember, memberNotFound } from '#shared/table/members.ts'
import { untilUnchanged } from '#shared/table/races.ts'

export const updateMember = operation({
  name: 'updateMember',
  method: 'PATCH',
  path: '/v1/workspaces/{workspaceId}/members/{accountId}',
  summary: 'Change the role of a member',
  tag: 'Members',
  access: member('manageMembers'),
  needs: ['table'],
  touches: ['update', 'check'],
  body: z.strictObject({ role: roleSchema }),
  output: memberShape,
  refuses: ['member_not_found', 'last_admin'],
  load: ({ path, table }) => findMember(table, path.workspaceId, path.accountId),
  handle: ({ loaded, workspace, member: me, permit, body, table }) =>
    untilUnchanged(
      loaded,
      () => findMember(table, workspace.id, loaded?.accountId),
      (other) => {
        if (!other) throw memberNotFound()
        // Demoting oneself changes the very row that permits it: its condition is then the row's own.
        return changeRole(table, other, body.role, other.accountId === me.accountId ? undefined : permit)
      },
    ),
})
