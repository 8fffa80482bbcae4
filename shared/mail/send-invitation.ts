import { deliverableEmail } from '../domain/email.ts'
import { invitationPlace } from '../domain/ids.ts'
import { isOpen } from '../domain/inviting.ts'
import { newInvitationToken, secretHash } from '../domain/secrets.ts'
import type { InvitationMail } from '../queue/queue.ts'
import type { Services } from '../services.ts'
import { claimSend, readInvitation, settleSend } from '../table/invitations.ts'
import { ifUnchanged } from '../table/races.ts'
import { invitationEmail } from './invitation-email.ts'

/**
 * Sends an invitation's e-mail. The link's token is minted here and is nowhere at rest: its hash is stored (the claim), then SES is
 * called. A message that is late, doubled or of an earlier send finds nothing owed; one that comes back after SES took the e-mail, but
 * before that was noted, sends one more, whose link is good beside the first.
 */
export async function sendInvitation(
  { invitationId, sendCount }: InvitationMail,
  { table, mail, settings, clock }: Pick<Services, 'table' | 'mail' | 'settings' | 'clock'>,
): Promise<void> {
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
}
