import { deliverableEmail } from '../domain/email.ts'
import { invitationPlace } from '../domain/ids.ts'
import type { Invitation } from '../domain/invitation.ts'
import { isOpen } from '../domain/inviting.ts'
import type { InvitationMail } from '../domain/messages.ts'
import { newInvitationToken, secretHash } from '../domain/secrets.ts'
import { tagsOf } from '../mail/ses-event.ts'
import type { Services } from '../services.ts'
import type { Table } from '../table/engine.ts'
import {
  AddressBlocked,
  claimSend,
  mailboxOf,
  notBlocked,
  readInvitation,
  releaseSend,
  settleSend,
  withholdSend,
} from '../table/invitations.ts'
import { ifUnchanged } from '../table/races.ts'
import { invitationEmail } from './email.ts'

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
  const { invitation, workspace } = place ? await readInvitation(table, place) : {}
  if (workspace?.status !== 'active' || !isOpen(invitation, workspace, clock())) return
  if (invitation.id !== invitationId || !invitation.outbox || invitation.sendCount !== sendCount) return
  const token = newInvitationToken(invitation)
  if (!(await claim(table, invitation, { tokenHash: secretHash(token), now: clock() }))) return
  const email = {
    ...invitationEmail({
      to: deliverableEmail(invitation.email) ?? invitation.email,
      workspaceName: workspace.name,
      inviterName: invitation.invitedBy.name,
      role: invitation.role,
      link: `${settings.APP_URL}/invitations#token=${token}`,
      expiresAt: invitation.expiresAt,
    }),
    tags: tagsOf(invitation),
  }
  const messageId = await mail.send(email).catch(async (error) => {
    await releaseSend(table, invitation).catch(() => {})
    throw error
  })
  await ifUnchanged(table.write(settleSend(invitation, messageId)))
}

/** Whether the e-mail is to be sent: it is still owed, nobody else is at it, and the address has not bounced or complained since it was asked for. */
async function claim(table: Table, invitation: Invitation, { tokenHash, now }: { tokenHash: string; now: Date }): Promise<boolean> {
  try {
    return await ifUnchanged(table.write(claimSend(invitation, tokenHash, now), notBlocked(mailboxOf(invitation.email), now)))
  } catch (error) {
    if (!(error instanceof AddressBlocked)) throw error
    await ifUnchanged(table.write(withholdSend(invitation, error.reason)))
    return false
  }
}
