import { randomUUID } from 'node:crypto'
import { dismissalsSoFar, isDead } from './dismissals.ts'
import { type InvitationPlace, newInvitationId } from './ids.ts'
import type { Delivery, Invitation } from './invitation.ts'
import type { MailBlock } from './mail-block.ts'
import type { Member } from './member.ts'
import type { Role } from './roles.ts'
import { later, secondsUntil } from './time.ts'
import type { Workspace } from './workspace.ts'

/** How many pending invitations and members a workspace may have. */
export const maximumPending = 200
export const maximumMembers = 1000

/** How long accepting again answers the same, in seconds. */
export const acceptedSeconds = 7 * 86_400

export const hasExpired = (invitation: Invitation, now: Date): boolean => secondsUntil(invitation.expiresAt, now) <= 0

/** A pending invitation that has neither expired nor died with its sender's rights: only these count. */
export const isOpen = (invitation: Invitation | undefined, workspace: Workspace, now: Date): invitation is Invitation =>
  invitation?.status === 'pending' && !hasExpired(invitation, now) && !isDead(invitation, workspace)

/** Seconds until an invitation may be sent again; 0 if now. */
export const cooldownLeft = (invitation: Invitation, cooldownSeconds: number, now: Date): number =>
  invitation.sendCount === 0 ? 0 : Math.max(0, cooldownSeconds + secondsUntil(invitation.lastSentAt, now))

/** Why no e-mail is sent: the cooldown, a bounce or complaint, or too many e-mails to that address today. */
export type Withheld = 'cooldown' | MailBlock['reason'] | 'suppressed'

/** Who sends an invitation, or changes its role, and after how many dismissals of the workspace. */
export interface Sender {
  readonly accountId: string
  readonly name: string
  readonly after: number
}

/** A sending member, with their workspace as it was read. */
export const senderIn = (workspace: Workspace, { accountId, name }: Member): Sender => ({
  accountId,
  name,
  after: dismissalsSoFar(workspace),
})

const sentBy = ({ accountId, name, after }: Sender) => ({ invitedBy: { accountId, name }, sentAfter: after })

interface Lifetime {
  readonly now: Date
  readonly ttlSeconds: number
}

/** The first invitation to an address (or the first since the last one ended). */
export function newInvitation(
  place: InvitationPlace,
  { sender, ...person }: { email: string; role: Role; sender: Sender },
  withheld: Withheld | undefined,
  { now, ttlSeconds }: Lifetime,
): Invitation {
  const createdAt = now.toISOString()
  return {
    ...place,
    ...person,
    ...sentBy(sender),
    id: newInvitationId(place),
    revision: randomUUID(),
    status: 'pending',
    createdAt,
    lastSentAt: createdAt,
    sendCount: withheld ? 0 : 1,
    expiresAt: later(now, ttlSeconds),
    delivery: shownDelivery(withheld) ?? 'queued',
  }
}

type Fields = Partial<Invitation>

/** What changes when a pending invitation is sent again: the sender, the expiry and, when the mailer mints it, the link. */
export const sentAgain = (invitation: Invitation, role: Role | undefined, sender: Sender, { now, ttlSeconds }: Lifetime): Fields => ({
  ...sentBy(sender),
  revision: randomUUID(),
  role: role ?? invitation.role,
  lastSentAt: now.toISOString(),
  sendCount: invitation.sendCount + 1,
  expiresAt: later(now, ttlSeconds),
  delivery: 'queued',
})

/** What changes when a pending invitation is not sent: sender, link and expiry stay, and the reason shows. */
export const heldBack = (invitation: Invitation, withheld: Withheld): Fields => ({
  revision: randomUUID(),
  delivery: shownDelivery(withheld) ?? invitation.delivery,
})

/** A new role for a pending invitation that is not sent: it now also depends on the rights of whoever gave the role. */
export const givenRole = (role: Role, { accountId, after }: Sender): Fields => ({ role, roleFrom: { accountId, after } })

const shownDelivery = (withheld: Withheld | undefined): Delivery | undefined => (withheld === 'cooldown' ? undefined : withheld)
