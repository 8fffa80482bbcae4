import { deliverableEmail } from '#shared/domain/email.ts'
import { invitationPlace } from '#shared/domain/ids.ts'
import { isOpen } from '#shared/domain/inviting.ts'
import { newInvitationToken, secretHash } from '#shared/domain/secrets.ts'
import { invitationEmail } from '#shared/mail/invitation-email.ts'
import { claimSend, readInvitation, settleSend } from '#shared/table/invitations.ts'
import { ifUnchanged } from '#shared/table/races.ts'
import { queueWorker } from '#shared/worker/worker.ts'

/**
 * Sends an invitation's e-mail. The link's token is minted here and is nowhere at rest: its hash is stored (the claim), then SES is
 * called. A message that is late, doubled or of an earlier send finds nothing owed; one that comes back after SES took the e-mail, but
 * before that was noted, sends one more, whose link is good beside the first.
 */
export const mailInvitations = queueWorker({
  name: 'mailInvitations',
  summary: 'Sends invitation e-mails',
  queue: 'mail',
  batchSize: 10,
  needs: ['table', 'mail'],
  handle: async ({ invitationId, sendCount }, { table, mail, settings, clock }) => {
    const place = invitationPlace(invitationId)
    const [invitation, workspace] = place ? await readInvitation(table, place) : []
    const isOwed = isOpen(invitation, clock()) && invitation.outbox && invitation.sendCount === sendCount
    if (!isOwed || workspace?.status !== 'active') return
    const token = newInvitationToken(invitation)
    if (!(await ifUnchanged(table.write(claimSend(invitation, secretHash(token)))))) return
    const messageId = await mail.send(
      invitationEmail({
        to: deliverableEmail(invitation.email) ?? invitation.email,
        workspaceName: workspace.name,
        inviterName: invitation.invitedBy.name,
        role: invitation.role,
        link: `${settings.APP_URL}/invitations#token=${token}`,
        expiresAt: invitation.expiresAt,
      }),
    )
    await ifUnchanged(table.write(settleSend(invitation, messageId)))
  },
})
