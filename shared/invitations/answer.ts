import type { AccountWithDefault } from '../domain/account.ts'
import { accountOf } from '../domain/account.ts'
import { newMember } from '../domain/founding.ts'
import { type InvitationPlace, invitationPlace } from '../domain/ids.ts'
import type { Invitation } from '../domain/invitation.ts'
import { acceptedSeconds } from '../domain/inviting.ts'
import type { Member } from '../domain/member.ts'
import type { Person } from '../domain/person.ts'
import { isInvited, requireInvited } from '../domain/person.ts'
import { secretHash, tokenPlace } from '../domain/secrets.ts'
import { later } from '../domain/time.ts'
import type { Workspace } from '../domain/workspace.ts'
import { accountKeys, accountWrites, bringUpToDate, takeClaims, wholeAccount } from '../table/accounts.ts'
import * as keys from '../table/design/keys.ts'
import type { Table, Write } from '../table/engine.ts'
import { acceptWrites, endInvitation, invitationNotFound, isNamed, type Naming, requirePending } from '../table/invitations.ts'
import { changed, untilUnchanged } from '../table/races.ts'
import { AddressTaken } from '../table/workspaces.ts'

/** What an invitee sends: the token of a link, or the id of an invitation to their address. */
export type Answer = { readonly token?: string | undefined; readonly invitationId?: string | undefined }

interface Named {
  readonly place: InvitationPlace
  readonly naming: Naming
}

/** Which invitation is meant, without a read; undefined if it cannot exist, or if this person may not name it by id. */
export function namedBy({ token, invitationId }: Answer, person: Person): Named | undefined {
  if (token !== undefined) {
    const place = tokenPlace(token)
    return place && { place, naming: { tokenHash: secretHash(token) } }
  }
  const place = invitationPlace(invitationId ?? '')
  return invitationId && place && person.emailVerified && isInvited(person, place) ? { place, naming: { id: invitationId } } : undefined
}

/** Everything that decides how an invitation can be answered. */
interface Scene {
  readonly invitation: Invitation | undefined
  readonly workspace: Workspace | undefined
  readonly member: Member | undefined
  readonly account: AccountWithDefault | undefined
}

/** Reads the invitation, its workspace, the invitee's account and membership: one round, strongly consistent. */
export async function readScene(table: Table, named: Named | undefined, { accountId }: Person): Promise<Scene | undefined> {
  if (!named) return undefined
  const { place } = named
  const { account, ...found } = await table.get({
    invitation: keys.invitation(place),
    workspace: keys.workspace(place.workspaceId),
    member: keys.member({ workspaceId: place.workspaceId, accountId }),
    account: accountKeys(accountId),
  })
  return { ...found, account: await wholeAccount(table, account) }
}

export interface Accepted {
  readonly account: AccountWithDefault
  readonly accountCreated: boolean
  readonly workspace: Workspace
  readonly member: Member
  /** Whether the person's other member rows have to follow a change that the token made to the account. */
  readonly membersFollow: boolean
}

/**
 * Accepts an invitation; somebody without an account gets one in the same transaction. The same person accepting again within 7 days gets
 * the same answer. Refuses `invitation_not_found`, `invitation_expired`, `email_mismatch`, `email_not_verified`, `too_many_members`.
 */
export async function accept(
  table: Table,
  answer: Answer,
  { person, first, now }: { person: Person; first: Scene | undefined; now: Date },
): Promise<Accepted> {
  const named = namedBy(answer, person)
  return untilUnchanged(
    first,
    () => readScene(table, named, person),
    async (scene) => {
      if (!named || !scene?.invitation || !isNamed(scene.invitation, named.naming)) throw invitationNotFound()
      // What was read beside it may be older than the acceptance, for a batch read is no snapshot: what is read from here on is not.
      if (scene.invitation.status === 'accepted') return acceptedBefore(table, await readScene(table, named, person), { person, now })
      requireInvited(person, named.place)
      const invitation = requirePending(scene.invitation, scene.workspace, now)
      return join(table, { ...scene, invitation, workspace: scene.workspace as Workspace }, { naming: named.naming, person, now })
    },
  )
}

async function acceptedBefore(table: Table, scene: Scene | undefined, { person, now }: { person: Person; now: Date }): Promise<Accepted> {
  const { invitation, workspace, member, account } = scene ?? {}
  const isMine = invitation?.status === 'accepted' && invitation.acceptedBy === person.accountId
  const isRecent = isMine && (invitation.acceptedAt ?? '') > later(now, -acceptedSeconds)
  if (!isRecent || workspace?.status !== 'active' || !member || !account) throw invitationNotFound()
  const current = await bringUpToDate(table, account.account, person, now)
  return { ...current, account: { ...account, ...current }, accountCreated: invitation.accountCreated === true, workspace, member }
}

type OpenScene = Scene & { readonly invitation: Invitation; readonly workspace: Workspace }

async function join(
  table: Table,
  scene: OpenScene,
  { naming, person, now }: { naming: Naming; person: Person; now: Date },
): Promise<Accepted> {
  const { invitation, workspace, member: present } = scene
  const { account, writes, membersFollow } = accountAfter(scene.account, person, now)
  if (present) {
    // They are already a member, through another address: the invitation is used up.
    await endInvitation(table, invitation, naming, now, undefined, writes)
    return { account, accountCreated: false, workspace, member: present, membersFollow }
  }
  const accountCreated = scene.account === undefined
  const joined = newMember(workspace.id, account.account, { role: invitation.role, joinedAt: now.toISOString() })
  const writeAs = async (member: Member) => {
    await table.write(...acceptWrites(invitation, naming, member, accountCreated, now), ...writes)
    return member
  }
  const member = await writeAs({ ...joined, addressKey: invitation.addressKey }).catch((error) => {
    if (!(error instanceof AddressTaken)) throw error
    const { addressKey: _, ...withoutAddress } = joined
    return writeAs(withoutAddress)
  })
  return { account, accountCreated, workspace: { ...workspace, memberCount: workspace.memberCount + 1 }, member, membersFollow }
}

/** The account that joins, and the writes for it: a new one, or theirs as their token updates it. */
function accountAfter(seen: AccountWithDefault | undefined, person: Person, now: Date) {
  if (!seen) {
    const { made, writes } = accountWrites(accountOf(person, now), changed)
    return { account: made, writes, membersFollow: false }
  }
  const change = takeClaims(seen.account, person, now)
  if (!change) return { account: seen, writes: [] as Write[], membersFollow: false }
  return { account: { ...seen, account: change.account }, writes: [change.write], membersFollow: change.membersFollow }
}

/** Declines an invitation. Refuses as `accept` does. */
export async function decline(
  table: Table,
  answer: Answer,
  { person, first, now }: { person: Person; first: Scene | undefined; now: Date },
): Promise<void> {
  const named = namedBy(answer, person)
  await untilUnchanged(
    first,
    () => readScene(table, named, person),
    async (scene) => {
      if (!named || !scene?.invitation || !isNamed(scene.invitation, named.naming)) throw invitationNotFound()
      if (scene.invitation.status === 'pending') requireInvited(person, named.place)
      await endInvitation(table, requirePending(scene.invitation, scene.workspace, now), named.naming, now)
    },
  )
}
