import type { Invitation } from '../domain/invitation.ts'
import { cooldownLeft, heldBack, senderIn, sentAgain } from '../domain/inviting.ts'
import type { Member } from '../domain/member.ts'
import { Refusal } from '../domain/refusals.ts'
import type { Workspace } from '../domain/workspace.ts'
import type { Settings } from '../settings.ts'
import type { Table, Write } from '../table/engine.ts'
import { amend, countedMailboxOf, mailboxOf, notBlocked, resend } from '../table/invitations.ts'
import { countInvites, countMail, MailUsedUp } from '../table/quotas.ts'
import { stillUndisturbed } from '../table/workspaces.ts'

interface ResendRequest {
  readonly table: Table
  readonly settings: Settings
  readonly now: Date
  readonly authorizationCheck: Write
  /** Who sends it. */
  readonly member: Member
  /** Makes the record of the answer, for the transaction. */
  readonly recordAnswer: (sent: Invitation) => Write | undefined
}

/**
 * Sends a pending invitation again; `isMailed` is false where today's e-mails to the address are used up: its link stays good then.
 * Refuses `rate_limited` within the cooldown, over the account's daily number, and for an address that bounced or complained.
 * Throws `Changed` on a race.
 */
export async function resendOne(
  request: ResendRequest,
  workspace: Workspace,
  seen: Invitation,
): Promise<{ invitation: Invitation; isMailed: boolean }> {
  const { table, settings, now, authorizationCheck, member, recordAnswer } = request
  refuseWithinCooldown(seen, settings, now)
  const fields = sentAgain(seen, undefined, senderIn(workspace, member), { now, ttlSeconds: settings.INVITATION_TTL_SECONDS })
  const invitation = { ...seen, ...fields }
  const guards = [stillUndisturbed(workspace), authorizationCheck]
  const counts = [
    countInvites(member.accountId, 1, settings.INVITATIONS_PER_DAY, now),
    countMail(countedMailboxOf(seen.email), settings.MAILS_PER_ADDRESS_PER_DAY, now),
  ]
  try {
    await table.write(...guards, notBlocked(mailboxOf(seen.email), now), ...counts, resend(seen, fields, now), recordAnswer(invitation))
    return { invitation, isMailed: true }
  } catch (error) {
    if (!(error instanceof MailUsedUp)) throw error
    const held = heldBack(seen, 'suppressed')
    const kept = { ...seen, ...held }
    await table.write(...guards, amend(seen, held), recordAnswer(kept))
    return { invitation: kept, isMailed: false }
  }
}

function refuseWithinCooldown(seen: Invitation, { INVITATION_RESEND_COOLDOWN_SECONDS: cooldown }: Settings, now: Date): void {
  const left = cooldownLeft(seen, cooldown, now)
  if (left > 0)
    throw new Refusal('rate_limited', `The invitation was sent less than ${cooldown} seconds ago. Wait before you send it again.`, {
      retryAfter: left,
    })
}
