import type { AddressedMember } from '../domain/founding.ts'
import type { Member } from '../domain/member.ts'
import { Refusal } from '../domain/refusals.ts'
import type { Workspace } from '../domain/workspace.ts'
import { absent, all, any, type Change, type Condition, is } from './conditions.ts'
import * as collections from './design/collections.ts'
import { keysOf, listedAt } from './design/entity.ts'
import * as keys from './design/keys.ts'
import { noneDismissedSince } from './dismissals.ts'
import { check, put, type Table, update, type Write } from './engine.ts'
import { changed } from './races.ts'

export const workspaceNotFound = (): Refusal =>
  new Refusal('workspace_not_found', 'This workspace does not exist, or you are not a member of it. Check the workspace id.')

/** Puts the row of a member, with its place in the list of the account's workspaces. */
export function putMember(member: Member, ...rule: [condition?: Condition, otherwise?: () => Error]): Write {
  return put(keys.member(member), { ...member, ...listedAt(keys.member, member) }, ...rule)
}

/** Puts the row that says that an address is a member's. */
export const putAddress = (
  { workspaceId, addressKey, accountId }: Pick<AddressedMember, 'workspaceId' | 'addressKey' | 'accountId'>,
  ...rule: [condition?: Condition, otherwise?: () => Error]
): Write => put(keys.memberAddress({ workspaceId, addressKey }), { accountId }, ...rule)

/** The address is another member's, and stays theirs. */
export class AddressTaken extends Error {}

/** Marks a member's address as theirs, where it is to be (it has an `addressKey`). Throws `AddressTaken` where it is another member's. */
export const takeAddress = ({ addressKey, ...member }: Member): Write[] =>
  addressKey === undefined
    ? []
    : [putAddress({ ...member, addressKey }, any(absent('pk'), is('accountId', member.accountId)), () => new AddressTaken())]

/** The writes that make a workspace with its first admin. */
export const foundingWrites = (workspace: Workspace, founder: AddressedMember): Write[] => [
  put(keys.workspace(workspace.id), workspace, absent('pk')),
  putMember(founder),
  putAddress(founder),
]

/**
 * A change of the workspace item in a transaction, under the rule that nothing is written into one that is not active (`gone` says what
 * that means), and under further rules.
 */
export function changeWorkspace(
  id: string,
  change: Change,
  {
    rule,
    broken,
    gone = workspaceNotFound,
  }: { rule?: Condition | undefined; broken?: (found: Workspace) => Error; gone?: () => Error } = {},
): Write {
  const active = is('status', 'active')
  return update(keys.workspace(id), change, rule ? all(active, rule) : active, (found) =>
    found?.status === 'active' && broken ? broken(found) : gone(),
  )
}

/** Renames a workspace. */
export async function renameWorkspace(
  table: Table,
  workspace: Workspace,
  name: string,
  now: Date,
  authorizationCheck: Write,
): Promise<Workspace> {
  const set = { name, updatedAt: now.toISOString() }
  await table.write(changeWorkspace(workspace.id, { set }), authorizationCheck)
  return { ...workspace, ...set }
}

/** One page of the workspaces that an account belongs to, oldest membership first; `next` is the position to go on behind. */
export async function listMemberships(table: Table, accountId: string, limit: number, after: string | undefined) {
  const { items, next } = await table.page(collections.memberships(accountId), limit, after)
  // The index may lag: what is shown is what the items themselves say now.
  const rows = keysOf(keys.member, items)
  const found = await table.get(rows.map((key) => ({ workspace: keys.workspace(collections.workspaceIdIn(key)), member: key })))
  const memberships = found.flatMap(({ workspace, member }) => (workspace?.status === 'active' && member ? [{ workspace, member }] : []))
  return { memberships, next }
}

/** Makes a workspace with its first admin in one transaction. */
export const createWorkspace = (table: Table, workspace: Workspace, founder: AddressedMember, record: Write | undefined): Promise<void> =>
  table.write(...foundingWrites(workspace, founder), record)

/** A workspace that an account is in; refuses `workspace_not_found`. */
export async function readOwnWorkspace(table: Table, workspaceId: string, accountId: string): Promise<Workspace> {
  const { workspace, member } = await table.get({ workspace: keys.workspace(workspaceId), member: keys.member({ workspaceId, accountId }) })
  if (workspace?.status !== 'active' || !member) throw workspaceNotFound()
  return workspace
}

/** The rule that a write into a workspace needs which does not change the workspace item itself: it is active. */
export const stillActive = (workspaceId: string, otherwise: () => Refusal = workspaceNotFound): Write =>
  check(keys.workspace(workspaceId), is('status', 'active'), otherwise)

/** As `stillActive`, and nobody was dismissed since it was read: throws `Changed` then. */
export const stillUndisturbed = (workspace: Workspace): Write =>
  check(keys.workspace(workspace.id), all(is('status', 'active'), noneDismissedSince(workspace)), (found) =>
    found?.status === 'active' ? changed() : workspaceNotFound(),
  )
