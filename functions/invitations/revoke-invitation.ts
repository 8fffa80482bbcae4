import { access, operation } from '#shared/http/operation.ts'
import { endInvitation, readAgain, readInvitationOf, requirePending } from '#shared/table/invitations.ts'
import { untilUnchanged } from '#shared/table/races.ts'

export const revokeInvitation = operation({
  name: 'revokeInvitation',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}/invitations/{invitationId}',
  summary: 'Revoke an invitation; its link stops working at once',
  tag: 'Invitations',
  access: access.member('manageInvitations'),
  services: ['table'],
  tableActions: ['update', 'delete', 'check'],
  refuses: ['invitation_not_found', 'invitation_expired'],
  load: ({ path, table }) => readInvitationOf(table, path.workspaceId, path.invitationId),
  handle: async ({ loaded, path, workspace, authorizationCheck, table, now }) => {
    const again = () => readAgain(table, workspace.id, path.invitationId)
    await untilUnchanged({ invitation: loaded, workspace }, again, (seen) =>
      endInvitation(table, requirePending(seen.invitation, seen.workspace, now), { id: path.invitationId }, now, authorizationCheck),
    )
  },
})
