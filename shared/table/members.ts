import { isId } from '../domain/ids.ts'
import type { Member } from '../domain/member.ts'
import { successorOf } from '../domain/member.ts'
import { invalid, Refusal } from '../domain/refusals.ts'
import { isDemotion, type Role } from '../domain/roles.ts'
import type { Workspace } from '../domain/workspace.ts'
import { above, absent, all, type Condition, exists, is, oneOf } from './conditions.ts'
import * as collections from './design/collections.ts'
import * as keys from './design/keys.ts'
import { dismissing } from './dismissals.ts'
import { check, remove, type Table, update, type Write } from './engine.ts'
import { changed, untilUnchanged } from './races.ts'
import { changeWorkspace, workspaceNotFound } from './workspaces.ts'

export const memberNotFound = (): Refusal => new Refusal('member_not_found', 'This workspace has no member with this account id.')

/** All members (at most 1,000), strongly consistent. */
export const listMembers = (table: Table, workspaceId: string): Promise<Member[]> => table.queryAll(collections.members(workspaceId))

/** The rule that a write needs: the caller is (still) a member in one of these roles. */
export const stillMember = (workspaceId: string, accountId: string, allowed: Condition): Write =>
  check(keys.member({ workspaceId, accountId }), all(exists('pk'), allowed), (found) =>
    found ? new Refusal('forbidden', 'Your role in this workspace has just changed. Read the workspace again.') : workspaceNotFound(),
  )

/** Refuses (`forbidden`) a member in another role; answers the check for the write: they still have the role. */
export function requireRole({ workspaceId, accountId, role }: Member, allowed: readonly Role[], otherwise: string): Write {
  if (!allowed.includes(role)) throw new Refusal('forbidden', otherwise)
  return stillMember(workspaceId, accountId, oneOf('role', allowed))
}

const lastAdmin = (): Refusal => new Refusal('last_admin', 'This member is the last admin. Make somebody else an admin first.')

/**
 * The change of a role and of the count of admins, under the rule that one remains; a demotion ends what they have sent. Refuses
 * `last_admin`; throws `Changed` on a race.
 */
export async function changeRole(table: Table, member: Member, role: Role, authorizationCheck: Write | undefined): Promise<Member> {
  const row = update(keys.member(member), { set: { role } }, is('role', member.role), changed)
  const admins = Number(role === 'admin') - Number(member.role === 'admin')
  const count = { add: { adminCount: admins }, ...(isDemotion(member.role, role) && dismissing(member.accountId)) }
  const rule = admins < 0 ? above('adminCount', 1) : undefined
  await table.write(changeWorkspace(member.workspaceId, count, { rule, broken: lastAdmin }), row, authorizationCheck)
  return { ...member, role }
}

const lastMember = (): Refusal =>
  new Refusal('last_member', 'You are the last member. Invite somebody to take over, or delete the workspace.')

/** Which address row is a member's is as it was read: it moves when the account's e-mail changes. */
export const sameAddress = ({ addressKey }: Member): Condition =>
  addressKey === undefined ? absent('addressKey') : is('addressKey', addressKey)

/** The mark on a member's address goes, where it is theirs: in a transaction with `sameAddress` as the condition on their row. */
export const releaseAddress = ({ workspaceId, addressKey }: Member): Write[] =>
  addressKey === undefined ? [] : [remove(keys.memberAddress({ workspaceId, addressKey }))]

/** The rows of a member go: the membership, and the mark on the address. */
const removal = (member: Member): Write[] => [
  remove(keys.member(member), all(is('role', member.role), sameAddress(member)), changed),
  ...releaseAddress(member),
]

/** Takes somebody else out, and ends what they have sent. `authorizationCheck` keeps an admin in the workspace. Throws `Changed` on a race. */
export async function removeMember(table: Table, member: Member, authorizationCheck: Write): Promise<void> {
  const counts = { memberCount: -1, adminCount: member.role === 'admin' ? -1 : 0 }
  await table.write(
    changeWorkspace(member.workspaceId, { add: counts, ...dismissing(member.accountId) }),
    authorizationCheck,
    ...removal(member),
  )
}

/**
 * A member goes of their own will. The last one cannot (`last_member`); where the last admin goes, `successor` becomes admin in the
 * same transaction. Throws `Changed` where the counts or the successor are no longer as read: read again, decide again.
 */
async function leave(table: Table, member: Member, successor: Member | undefined): Promise<void> {
  const { workspaceId } = member
  const isAdmin = member.role === 'admin'
  const counts = { memberCount: -1, adminCount: isAdmin && !successor ? -1 : 0 }
  const othersRemain = above('memberCount', 1)
  const admins = !isAdmin ? undefined : successor ? is('adminCount', 1) : above('adminCount', 1)
  const rule = admins ? all(othersRemain, admins) : othersRemain
  const broken = (found: Workspace) => (found.memberCount > 1 ? changed() : lastMember())
  const promotion =
    successor &&
    update(keys.member({ workspaceId, accountId: successor.accountId }), { set: { role: 'admin' } }, is('role', successor.role), changed)
  await table.write(changeWorkspace(workspaceId, { add: counts }, { rule, broken }), ...removal(member), promotion)
}

/** The member of a workspace with an account id from outside, strongly consistent; undefined where there is none, or no id. */
export const findMember = async (table: Table, workspaceId: string, accountId: string | undefined): Promise<Member | undefined> =>
  accountId && isId('acc', accountId) ? table.get(keys.member({ workspaceId, accountId })) : undefined

/**
 * Leaving with its rules, whatever races with it. The last admin's place goes to `named`, or without one to the member whom the rule of
 * succession names. Refuses `last_member`, `workspace_not_found`, and (`invalid_request`) a `named` who has left meanwhile.
 */
export async function leaveWith(table: Table, workspace: Workspace, me: Member, named?: Member): Promise<void> {
  const { id } = workspace
  const again = async () => {
    const { current, member, heir } = await table.get({
      current: keys.workspace(id),
      member: keys.member({ workspaceId: id, accountId: me.accountId }),
      heir: keys.member({ workspaceId: id, accountId: named?.accountId ?? '' }),
    })
    if (current?.status !== 'active' || !member) throw workspaceNotFound()
    if (named && !heir) throw invalid('?successorId', 'This member has just left. Choose another successor.')
    return { workspace: current, me: member, named: heir }
  }
  await untilUnchanged({ workspace, me, named }, again, async (seen) => {
    const isLastAdmin = seen.me.role === 'admin' && seen.workspace.adminCount === 1 && seen.workspace.memberCount > 1
    const successor = isLastAdmin ? (seen.named ?? successorOf(me.accountId, await listMembers(table, id))) : undefined
    await leave(table, seen.me, successor)
  })
}
