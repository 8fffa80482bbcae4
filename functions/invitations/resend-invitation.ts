import type { Invitation } from '#shared/domain/model.ts'
import { invitationShape, rememberedInvitation } from '#shared/domain/shapes.ts'
import { invitationView } from '#shared/domain/views.ts'
import { member, operation } from '#shared/http/operation.ts'
import { invitationNotFound, mailOf, readAgain, readInvitationOf, requirePending } from '#shared/table/invitations.ts'
import { untilUnchanged } from '#shared/table/races.ts'
import { resendOne } from '#shared/table/resending.ts'

export const resendInvitation = operation({
  name: 'resendInvitation',
  method: 'POST',
  path: '/v1/workspaces/{workspaceId}/invitations/{invitationId}/resend',
  summary: 'Send an invitation again: a new link, a new expiry, the old link dead at once',
  tag: 'Invitations',
  access: member('manageInvitations'),
  needs: ['table', 'queue'],
  touches: ['update', 'check'],
  announces: ['mail'],
  output: invitationShape,
  refuses: ['invitation_not_found', 'invitation_expired', 'rate_limited'],
  takesVerified: true,
  idempotent: true,
  remembers: rememberedInvitation,
  replay: async (memory, { path, table }) => {
    const invitation = await readInvitationOf(table, path.workspaceId, path.invitationId)
    if (!invitation) throw invitationNotFound()
    return { ...rememberedInvitation.parse(JSON.parse(memory.body ?? '')), email: invitation.email }
  },
  load: ({ path, table }) => readInvitationOf(table, path.workspaceId, path.invitationId),
  handle: async ({ loaded, path, workspace, member: me, permit, table, queue, settings, now, remember }) => {
    const request = {
      table,
      settings,
      now,
      permit,
      member: me,
      remember: (sent: Invitation) => remember(invitationView(sent)),
    }
    const { invitation, isMailed } = await untilUnchanged(
      { invitation: loaded, workspace },
      () => readAgain(table, workspace.id, path.invitationId),
      (seen) => resendOne(request, seen.workspace ?? workspace, requirePending(seen.invitation, seen.workspace, now)),
    )
    if (isMailed) await queue.announce('mail', [mailOf(invitation)])
    return invitationView(invitation)
  },
})
