import type { Account } from '../domain/account.ts'
import { isDead } from '../domain/dismissals.ts'
import { canonicalEmail, withoutTag } from '../domain/email.ts'
import { derivedBody, type InvitationPlace, invitationPlace } from '../domain/ids.ts'
import type { Invitation } from '../domain/invitation.ts'
import { acceptedSeconds, hasExpired, isOpen, maximumMembers, maximumPending } from '../domain/inviting.ts'
import type { MailBlock } from '../domain/mail-block.ts'
import type { Member } from '../domain/member.ts'
import type { InvitationMail } from '../domain/messages.ts'
import { Refusal } from '../domain/refusals.ts'
import { later, secondsUntil } from '../domain/time.ts'
import type { Workspace } from '../domain/workspace.ts'
import { claim, unclaimed } from './claims.ts'
import { above, absent, all, any, atMost, below, type Condition, contains, exists, is } from './conditions.ts'
import * as collections from './design/collections.ts'
import { keysOf, listedAt } from './design/entity.ts'
import * as keys from './design/keys.ts'
import { sweepAt } from './design/sweep-index.ts'
import { noneDismissedSince, stillVouchedFor } from './dismissals.ts'
import { check, type Found, put, remove, type Table, update, type Write } from './engine.ts'
import { changed } from './races.ts'
import { changeWorkspace, putMember, takeAddress } from './workspaces.ts'

export const invitationNotFound = (): Refusal =>
  new Refusal('invitation_not_found', 'This invitation does not exist, or can no longer be used. A new one can be sent.')

const invitationExpired = (): Refusal => new Refusal('invitation_expired', 'This invitation has expired. Ask for a new one.')

/** What stands for an address across workspaces (its block, the list of its invitations): a hash. */
export const mailboxOf = (email: string): string => derivedBody('mailbox', canonicalEmail(email) ?? email)

/** What the e-mails of a day are counted by: all tags of a mailbox together. */
export const countedMailboxOf = (email: string): string => mailboxOf(withoutTag(email))

/** How long the sweep waits for the queue to do it, before it sends again what is owed. In seconds. */
const sweepDelaySeconds = 15

/** When the sweep must look at an invitation: soon where an e-mail is owed, else when it ends. */
const sweptWhen = (invitation: Invitation, owed: boolean, now: Date) =>
  sweepAt(invitation.addressKey, owed ? later(now, sweepDelaySeconds) : invitation.expiresAt)

/** An invitation is as it was read, or still is not there. */
export const unchanged = (seen: Invitation | undefined): Condition => (seen ? is('revision', seen.revision) : absent('pk'))

/** A new invitation, in place of an ended one where there was one. Throws `Changed` on a race. */
export function putInvitation(invitation: Invitation, seen: Invitation | undefined, now: Date): Write {
  const owed = invitation.sendCount > 0
  const index = listedAt(keys.invitation, {
    mailbox: mailboxOf(invitation.email),
    createdAt: invitation.createdAt,
    invitationId: invitation.id,
  })
  const item = { ...invitation, ...index, ...sweptWhen(invitation, owed, now), ...(owed && { outbox: true as const }) }
  return put(keys.invitation(invitation), item, unchanged(seen), changed)
}

/** Sends a pending invitation again: its links so far are dead with this write. Throws `Changed` on a race. */
export function resend(invitation: Invitation, fields: Partial<Invitation>, now: Date): Write {
  const set = { ...fields, ...sweptWhen(invitation, true, now), outbox: true }
  return update(
    keys.invitation(invitation),
    { set, remove: ['tokenHashes', 'messageId', 'claimedUntil', 'roleFrom'] },
    unchanged(invitation),
    changed,
  )
}

/** Changes fields of a pending invitation that leave its link as it is. Throws `Changed` on a race. */
export const amend = (invitation: Invitation, fields: Partial<Invitation>): Write =>
  update(keys.invitation(invitation), { set: { ...fields } }, all(is('status', 'pending'), unchanged(invitation)), changed)

/**
 * The rules of the workspace on inviting `added` more addresses: active, not full, within the limit of pending invitations. Throws
 * `Changed` where somebody was dismissed since it was read.
 */
export const countInvited = (workspace: Workspace, added: number): Write => {
  const limits = added > 0 ? [below('memberCount', maximumMembers), atMost('pendingCount', maximumPending - added)] : []
  const broken = ({ memberCount, dismissals }: Workspace) => {
    if (dismissals !== workspace.dismissals) return changed()
    return memberCount < maximumMembers ? new TooManyPending() : tooManyMembers()
  }
  return changeWorkspace(workspace.id, { add: { pendingCount: added } }, { rule: all(noneDismissedSince(workspace), ...limits), broken })
}

const tooManyMembers = (): Refusal =>
  new Refusal('too_many_members', `A workspace can have at most ${maximumMembers} members. Remove somebody first.`)

/** The counter of pending invitations is at its limit; it is an upper bound, so that those that ended must be collected before it is an answer. */
export class TooManyPending extends Refusal {
  constructor() {
    super(
      'too_many_invitations',
      `A workspace can have at most ${maximumPending} pending invitations. Revoke some, or wait until they expire.`,
    )
  }
}

/** All invitation rows of a workspace (pending, dead, and accepted within the last 7 days), strongly consistent. */
export const listInvitationRows = (table: Table, workspaceId: string): Promise<Invitation[]> =>
  table.queryAll(collections.invitations(workspaceId))

/** An invitation with its workspace, as a look-up, an answer or the mailer needs them: one round, strongly consistent. */
export const readInvitation = (table: Table, place: InvitationPlace) => table.get(withWorkspace(place))

const withWorkspace = (place: InvitationPlace) => ({ invitation: keys.invitation(place), workspace: keys.workspace(place.workspaceId) })

/** The invitation of a workspace with an id from outside; undefined where there is none. */
export async function readInvitationOf(table: Table, workspaceId: string, id: string): Promise<Invitation | undefined> {
  const found = await readInvitationAt(table, workspaceId, id)
  return found?.id === id ? found : undefined
}

/** The invitation of the address that an id names, be it that one or a later one. */
export async function readInvitationAt(table: Table, workspaceId: string, id: string): Promise<Invitation | undefined> {
  const place = invitationPlace(id)
  return place?.workspaceId === workspaceId ? table.get(keys.invitation(place)) : undefined
}

/** The invitation of a workspace with an id from outside, and the workspace: both as they are now. */
export async function readAgain(table: Table, workspaceId: string, id: string): Promise<Partial<Found<ReturnType<typeof withWorkspace>>>> {
  const place = invitationPlace(id)
  if (place?.workspaceId !== workspaceId) return {}
  const { invitation, workspace } = await readInvitation(table, place)
  return { workspace, ...(invitation?.id === id && { invitation }) }
}

/** What the mailer is told of an invitation whose e-mail is owed. */
export const mailOf = ({ id, sendCount }: Invitation): InvitationMail => ({ kind: 'invitation', invitationId: id, sendCount })

/** The address bounced or complained lately. */
export class AddressBlocked extends Refusal {
  readonly reason: MailBlock['reason']
  readonly until: string

  constructor({ reason, until }: MailBlock, now: Date) {
    const detail = `${reason === 'bounced' ? 'E-mail to this address bounced' : 'This address reported our e-mail as spam'}. We send it nothing before ${until}.`
    super('rate_limited', detail, { retryAfter: secondsUntil(until, now) })
    this.reason = reason
    this.until = until
  }
}

/** The rule that an e-mail to an address needs: it has not bounced or complained lately. Refuses `rate_limited`. */
export const notBlocked = (mailbox: string, now: Date): Write =>
  check(keys.mailBlock(mailbox), any(absent('pk'), atMost('until', now.toISOString())), (found) => {
    const { reason = 'bounced', until = now.toISOString() }: Partial<MailBlock> = found ?? {}
    return new AddressBlocked({ reason, until }, now)
  })

/** An invitation that can be answered: refuses one that has ended or whose workspace is gone (`invitation_not_found`), or that has expired (`invitation_expired`). */
export function requirePending(invitation: Invitation | undefined, workspace: Workspace | undefined, now: Date): Invitation {
  if (invitation?.status !== 'pending' || workspace?.status !== 'active' || isDead(invitation, workspace)) throw invitationNotFound()
  if (hasExpired(invitation, now)) throw invitationExpired()
  return invitation
}

/** How an invitation was named: by one of its links, or by its id. */
export type Naming = { readonly tokenHash: string } | { readonly id: string }

/** Whether an invitation is the one that was named. */
export const isNamed = (invitation: Invitation, naming: Naming): boolean =>
  'id' in naming ? invitation.id === naming.id : invitation.tokenHashes?.has(naming.tokenHash) === true

const stillOpen = (naming: Naming, now: Date): Condition => {
  const open = all(is('status', 'pending'), above('expiresAt', now.toISOString()))
  return all(open, 'id' in naming ? is('id', naming.id) : contains('tokenHashes', naming.tokenHash))
}

/** The writes by which somebody joins: the invitation is used up, the member is there, the counts are right. Throws `Changed` on a race. */
export function acceptWrites(invitation: Invitation, naming: Naming, member: Member, accountCreated: boolean, now: Date): Write[] {
  const at = now.toISOString()
  const set = { status: 'accepted', acceptedBy: member.accountId, acceptedAt: at, accountCreated, revision: at }
  const accepted = { ...set, gsi2sk: later(now, acceptedSeconds) }
  const counts = { memberCount: 1, adminCount: member.role === 'admin' ? 1 : 0, pendingCount: -1 }
  const rule = all(below('memberCount', maximumMembers), stillVouchedFor(invitation))
  const broken = (found: Workspace) => (isDead(invitation, found) ? changed() : tooManyMembers())
  return [
    changeWorkspace(member.workspaceId, { add: counts }, { rule, broken, gone: changed }),
    update(
      keys.invitation(invitation),
      { set: accepted, remove: ['gsi1pk', 'gsi1sk', 'outbox'] },
      all(stillOpen(naming, now), unchanged(invitation)),
      changed,
    ),
    putMember(member, absent('pk'), changed),
    ...takeAddress(member),
  ]
}

/**
 * Ends a pending invitation: revoked with a member's `authorizationCheck`, or declined, or of somebody who is a member already. Throws `Changed` on a
 * race; where the workspace is gone, so that an invitee is told of the invitation alone, and a member `workspace_not_found`.
 */
export async function endInvitation(
  table: Table,
  invitation: Invitation,
  naming: Naming,
  now: Date,
  authorizationCheck?: Write,
  also: readonly Write[] = [],
): Promise<void> {
  const row = remove(keys.invitation(invitation), all(stillOpen(naming, now), unchanged(invitation)), changed)
  const rule = { rule: stillVouchedFor(invitation), broken: changed, ...(!authorizationCheck && { gone: changed }) }
  await table.write(changeWorkspace(invitation.workspaceId, { add: { pendingCount: -1 } }, rule), row, authorizationCheck, ...also)
}

/** One page of the pending invitations to an address, oldest first, each with its workspace. */
export async function listInvitationsTo(
  table: Table,
  account: Pick<Account, 'email'>,
  limit: number,
  after: string | undefined,
  now: Date,
) {
  const { items, next } = await table.page(collections.invitationsTo(mailboxOf(account.email)), limit, after)
  const rows = keysOf(keys.invitation, items)
  const found = await table.get(rows.map((key) => ({ invitation: key, workspace: keys.workspace(collections.workspaceIdIn(key)) })))
  const invitations = found.flatMap(({ invitation, workspace }) =>
    workspace?.status === 'active' && isOpen(invitation, workspace, now) ? [{ ...invitation, workspaceName: workspace.name }] : [],
  )
  return { invitations, next }
}

/** A pending invitation has not been sent again since it was read, and is no later one to the same address. */
const thisSend = ({ id, sendCount }: Invitation): Condition => all(is('status', 'pending'), is('id', id), is('sendCount', sendCount))

/**
 * The mailer's claim: from now on a link with this hash is good, if this send is still owed and nobody else is at it. Throws `Changed`
 * otherwise: a doubled message has nothing to do.
 */
export const claimSend = (invitation: Invitation, tokenHash: string, now: Date): Write =>
  update(
    keys.invitation(invitation),
    { add: { tokenHashes: new Set([tokenHash]) }, set: claim(now) },
    all(thisSend(invitation), exists('outbox'), unclaimed(now)),
    changed,
  )

/** SES did not take the e-mail: whoever is asked next may try at once. */
export const releaseSend = (table: Table, invitation: Invitation): Promise<boolean> =>
  table.attempt(keys.invitation(invitation), { remove: ['claimedUntil'] }, thisSend(invitation))

/** The address was blocked after the e-mail was asked for: it is not sent, and the reason shows. */
export const withholdSend = (invitation: Invitation, reason: MailBlock['reason']): Write =>
  update(
    keys.invitation(invitation),
    { set: { delivery: reason, gsi2sk: invitation.expiresAt }, remove: ['outbox'] },
    all(thisSend(invitation), exists('outbox')),
    changed,
  )

/** The sweep has asked for an e-mail that is still owed: it looks again later, the later the longer that has been so. */
export function postpone(table: Table, invitation: Invitation, now: Date): Promise<boolean> {
  const owedFor = -secondsUntil(invitation.lastSentAt, now)
  const again = later(now, Math.min(3_600, Math.max(60, owedFor / 2)))
  return table.attempt(keys.invitation(invitation), { set: { gsi2sk: again } }, all(exists('outbox'), unchanged(invitation)))
}

/** The e-mail is with SES: nothing is owed any more, and the sweep comes back when the invitation ends. */
export const settleSend = (invitation: Invitation, messageId: string): Write =>
  update(
    keys.invitation(invitation),
    { set: { delivery: 'sent', messageId, gsi2sk: invitation.expiresAt }, remove: ['outbox', 'claimedUntil'] },
    thisSend(invitation),
    changed,
  )
