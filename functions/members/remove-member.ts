import { isId } from '#shared/domain/ids.ts'
import { member, operation } from '#shared/http/operation.ts'
import { leaveWith, memberNotFound, readMember, removeMember as removeOther } from '#shared/table/members.ts'
import { untilUnchanged } from '#shared/table/races.ts'

export const removeMember = operation({
  name: 'removeMember',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}/members/{accountId}',
  summary: 'Remove a member; on oneself it is leaving, with its rules',
  tag: 'Members',
  access: member('manageMembers', 'leave'),
  needs: ['table'],
  touches: ['query', 'update', 'delete', 'check'],
  refuses: ['member_not_found', 'last_member'],
  load: async ({ path, table }) => (isId('acc', path.accountId) ? readMember(table, path.workspaceId, path.accountId) : undefined),
  handle: async ({ loaded, workspace, member: me, permit, table }) => {
    if (loaded?.accountId === me.accountId) return leaveWith(table, workspace, me)
    await untilUnchanged(
      loaded,
      () => readMember(table, workspace.id, loaded?.accountId ?? ''),
      async (other) => {
        if (!other) throw memberNotFound()
        await removeOther(table, other, permit)
      },
    )
  },
})
