import type { Invitation } from '#shared/domain/invitation.ts'
import { invitationShape, invitationView, recordedInvitation } from '#shared/domain/invitation.ts'
import { access, operation } from '#shared/http/operation.ts'
import { resendOne } from '#shared/invitations/resend.ts'
import { invitationNotFound, mailOf, readAgain, readInvitationAt, readInvitationOf, requirePending } from '#shared/table/invitations.ts'
import { untilUnchanged } from '#shared/table/races.ts'

export const resendInvitation = operation({
  name: 'resendInvitation',
  method: 'POST',
  path: '/v1/workspaces/{workspaceId}/invitations/{invitationId}/resend',
  summary: 'Send an invitation again with a new link and expiry; the old link stops working at once',
  tag: 'Invitations',
  access: access.member('manageInvitations'),
  services: ['table', 'queue'],
  tableActions: ['update', 'check'],
  sendsTo: ['mail'],
  output: invitationShape,
  refuses: ['invitation_not_found', 'invitation_expired', 'rate_limited'],
  requiresVerifiedEmail: true,
  idempotent: true,
  recordShape: recordedInvitation,
  replay: async (record, { path, table }) => {
    const invitation = await readInvitationAt(table, path.workspaceId, path.invitationId)
    if (!invitation) throw invitationNotFound()
    return { ...recordedInvitation.parse(JSON.parse(record.body ?? '')), email: invitation.email }
  },
  load: ({ path, table }) => readInvitationOf(table, path.workspaceId, path.invitationId),
  handle: async ({ loaded, path, workspace, member: me, authorizationCheck, table, queue, settings, now, recordAnswer }) => {
    const request = {
      table,
      settings,
      now,
      authorizationCheck,
      member: me,
      recordAnswer: (sent: Invitation) => recordAnswer(invitationView(sent)),
    }
    const { invitation, isMailed } = await untilUnchanged(
      { invitation: loaded, workspace },
      () => readAgain(table, workspace.id, path.invitationId),
      (seen) => resendOne(request, seen.workspace ?? workspace, requirePending(seen.invitation, seen.workspace, now)),
    )
    if (isMailed) await queue.enqueue('mail', [mailOf(invitation)])
    return invitationView(invitation)
  },
})
