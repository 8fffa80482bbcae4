import { addressKey, type InvitationPlace } from '../domain/ids.ts'
import type { Invitation } from '../domain/invitation.ts'
import { cooldownLeft, givenRole, heldBack, isOpen, newInvitation, senderIn, sentAgain, type Withheld } from '../domain/inviting.ts'
import type { MailBlock } from '../domain/mail-block.ts'
import type { Member } from '../domain/member.ts'
import { Refusal } from '../domain/refusals.ts'
import type { Role } from '../domain/roles.ts'
import type { Workspace } from '../domain/workspace.ts'
import type { Settings } from '../settings.ts'
import { collectEnded } from '../table/collecting.ts'
import * as keys from '../table/design/keys.ts'
import type { Table, Write } from '../table/engine.ts'
import {
  amend,
  countedMailboxOf,
  countInvited,
  listInvitationRows,
  mailboxOf,
  mailOf,
  putInvitation,
  resend,
  TooManyPending,
} from '../table/invitations.ts'
import { countInvites, releaseMail, reserveMail } from '../table/quotas.ts'
import { changed, untilUnchanged } from '../table/races.ts'
import { workspaceNotFound } from '../table/workspaces.ts'

/** One address of a request, and where everything about it is stored. */
export interface Addressee {
  /** As it was given. */
  readonly email: string
  readonly place: InvitationPlace
  readonly mailbox: string
  /** What the day's e-mails are counted by, together with those to other tags of the same mailbox. */
  readonly counted: string
}

/** What is known of an address: its invitation, whether it is a member's, whether mail to it is blocked. */
export interface AddressState {
  readonly invitation: Invitation | undefined
  readonly isMember: boolean
  readonly block: MailBlock | undefined
}

export type InvitationOutcome = 'invited' | 'resent' | 'already_member'

/** The decision on one address: the answer, the write (none if nothing changes), and whether an e-mail is owed. */
interface Decision {
  readonly outcome: InvitationOutcome
  readonly addressee: Addressee
  readonly invitation?: Invitation
  readonly write?: Write
  readonly isMailed: boolean
  /** How many pending invitations it adds to the workspace's count. */
  readonly added: number
}

export interface InviteRequest {
  readonly table: Table
  readonly addressees: readonly Addressee[]
  readonly role: Role | undefined
  /** Who invites. */
  readonly member: Member
  readonly settings: Settings
  readonly now: Date
  readonly authorizationCheck: Write
  /** Makes the record of the answer, for the transaction. */
  readonly recordAnswer: (decisions: readonly Decision[]) => Write | undefined
}

/** An address of a workspace, by its canonical form. */
export const addresseeOf = (workspaceId: string, email: string, canonical: string): Addressee => ({
  email,
  place: { workspaceId, addressKey: addressKey(workspaceId, canonical) },
  mailbox: mailboxOf(canonical),
  counted: countedMailboxOf(canonical),
})

/**
 * Reads what is known of some addresses, strongly consistent: one round, and a second one where somebody may have joined during the
 * first. A batch read is no snapshot: it can see an invitation as accepted and not yet the membership that was written with it.
 */
export async function readAddressStates(table: Table, addressees: readonly Addressee[]): Promise<AddressState[]> {
  const found = await table.get(
    addressees.map(({ place, mailbox }) => ({
      invitation: keys.invitation(place),
      memberAddress: keys.memberAddress(place),
      block: keys.mailBlock(mailbox),
    })),
  )
  const states = addressees.map(({ place }, i) => {
    const { invitation, memberAddress, block } = found[i] ?? {}
    return { place, invitation, isMember: memberAddress !== undefined, block }
  })
  const unsure = states.filter(({ invitation, isMember }) => invitation?.status === 'accepted' && !isMember)
  const joined = await table.get(unsure.map(({ place }) => keys.memberAddress(place)))
  const members = new Set(unsure.filter((_, i) => joined[i]).map(({ place }) => place.addressKey))
  return states.map(({ place, ...state }) => ({ ...state, isMember: state.isMember || members.has(place.addressKey) }))
}

/** Everything that decides how addresses are invited. */
interface Seen {
  readonly workspace: Workspace
  readonly states: readonly AddressState[]
}

async function readSeen(table: Table, workspaceId: string, addressees: readonly Addressee[]): Promise<Seen> {
  const [workspace, states] = await Promise.all([table.get(keys.workspace(workspaceId)), readAddressStates(table, addressees)])
  if (workspace?.status !== 'active') throw workspaceNotFound()
  return { workspace, states }
}

/** For which addresses an e-mail was requested, and whether the mailbox had one left for today. */
type Reserved = Map<Addressee, boolean>

/** Why nothing is mailed to an address, apart from its limit for the day. */
function withheldFrom(
  { invitation, block }: AddressState,
  { workspace, settings, now }: { workspace: Workspace; settings: Settings; now: Date },
): Withheld | undefined {
  if (isOpen(invitation, workspace, now) && cooldownLeft(invitation, settings.INVITATION_RESEND_COOLDOWN_SECONDS, now) > 0)
    return 'cooldown'
  return block && block.until > now.toISOString() ? block.reason : undefined
}

/**
 * Invites addresses: all or nothing, under the limits, in one transaction. E-mails to an address are reserved beforehand (50 addresses
 * with a counter each would not fit into one) and given back where they were not needed. Refuses `too_many_invitations`,
 * `too_many_members`, `rate_limited`, `workspace_not_found`, `forbidden`.
 */
export async function inviteAll(request: InviteRequest, first: Seen): Promise<readonly Decision[]> {
  const { table, addressees, now } = request
  const reserved: Reserved = new Map()
  const again = () => readSeen(table, first.workspace.id, addressees)
  try {
    const decisions = await untilUnchanged(first, again, (seen) => decideAndWrite(request, seen, reserved))
    const mailed = new Set(decisions.filter(({ isMailed }) => isMailed).map(({ addressee }) => addressee))
    // The counts are upper bounds: failing to give some back is no reason to say that nobody was invited.
    await giveBack(table, reserved, { mailed, now }).catch(() => {})
    return decisions
  } catch (error) {
    // If the outcome is unknown, the e-mails may be on their way.
    if (!(error instanceof Refusal && error.code === 'unavailable')) await giveBack(table, reserved, { mailed: new Set(), now })
    throw error
  }
}

async function giveBack(table: Table, reserved: Reserved, { mailed, now }: { mailed: ReadonlySet<Addressee>; now: Date }): Promise<void> {
  const unused = [...reserved].flatMap(([addressee, granted]) => (granted && !mailed.has(addressee) ? addressee : []))
  const byCount = Map.groupBy(unused, ({ counted }) => counted)
  await Promise.all([...byCount].map(([counted, { length }]) => releaseMail(table, counted, length, now)))
}

async function decideAndWrite(request: InviteRequest, seen: Seen, reserved: Reserved): Promise<Decision[]> {
  const { table, addressees, now, settings, authorizationCheck, member } = request
  const { workspace, states } = seen
  const withheldAtFirst = addressees.map((_, i) => withheldFrom(states[i] as AddressState, { workspace, settings, now }))
  const candidates = addressees.filter((each, i) => !states[i]?.isMember && !withheldAtFirst[i] && !reserved.has(each))
  const mailboxes = Map.groupBy(candidates, ({ counted }) => counted)
  await Promise.all([...mailboxes.values()].map((tags) => reserveInOrder(request, tags, reserved)))
  const decisions = addressees.map((addressee, i) => {
    const withheld = withheldAtFirst[i] ?? (reserved.get(addressee) === false ? 'suppressed' : undefined)
    return decide(request, { workspace, addressee, state: states[i] as AddressState, withheld })
  })
  const rows = decisions.flatMap(({ write }) => write ?? [])
  const record = request.recordAnswer(decisions)
  if (rows.length === 0 && !record) return decisions
  const mailed = decisions.filter(({ isMailed }) => isMailed).length
  const added = decisions.reduce((sum, decision) => sum + decision.added, 0)
  const quota = mailed > 0 ? countInvites(member.accountId, mailed, settings.INVITATIONS_PER_DAY, now) : undefined
  await table.write(countInvited(workspace, added), authorizationCheck, quota, ...rows, record).catch(async (error) => {
    const makesRoom =
      error instanceof TooManyPending && (await collectEnded(table, workspace, await listInvitationRows(table, workspace.id), now)) > 0
    throw makesRoom ? changed() : error
  })
  return decisions
}

/**
 * Reserves the e-mails to the tags of one mailbox, one after the other: where the day's are not enough for all, those that were named
 * first are written to. Nobody is asked for after the first that has none left.
 */
async function reserveInOrder({ table, settings, now }: InviteRequest, tags: readonly Addressee[], reserved: Reserved): Promise<void> {
  let isLeft = true
  for (const addressee of tags) {
    isLeft &&= await reserveMail(table, addressee.counted, settings.MAILS_PER_ADDRESS_PER_DAY, now)
    reserved.set(addressee, isLeft)
  }
}

function decide(
  request: InviteRequest,
  {
    workspace,
    addressee,
    state,
    withheld,
  }: { workspace: Workspace; addressee: Addressee; state: AddressState; withheld: Withheld | undefined },
): Decision {
  const { role, member, now, settings } = request
  const { invitation: seen, isMember } = state
  if (isMember) return { outcome: 'already_member', addressee, isMailed: false, added: 0 }
  const lifetime = { now, ttlSeconds: settings.INVITATION_TTL_SECONDS }
  const sender = senderIn(workspace, member)
  const open = isOpen(seen, workspace, now) ? seen : undefined
  if (!open) {
    const invitation = newInvitation(addressee.place, { email: addressee.email, role: role ?? 'member', sender }, withheld, lifetime)
    const write = putInvitation(invitation, seen, now)
    return { outcome: 'invited', addressee, invitation, write, isMailed: !withheld, added: seen?.status === 'pending' ? 0 : 1 }
  }
  const given = role && role !== open.role ? givenRole(role, sender) : {}
  const fields = withheld ? { ...heldBack(open, withheld), ...given } : sentAgain(open, role, sender, lifetime)
  const isSame = withheld && !('role' in given) && fields.delivery === open.delivery
  const write = withheld ? amend(open, fields) : resend(open, fields, now)
  return { outcome: 'resent', addressee, invitation: { ...open, ...fields }, ...(!isSame && { write }), isMailed: !withheld, added: 0 }
}

/** The mailer's messages for the invitations whose e-mail is owed. */
export const mailsOf = (decisions: readonly Decision[]) =>
  decisions.flatMap(({ invitation, isMailed }) => (invitation && isMailed ? [mailOf(invitation)] : []))
