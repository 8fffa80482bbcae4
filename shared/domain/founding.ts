import type { Account } from './account.ts'
import { canonicalEmail } from './email.ts'
import { addressKey, derivedId, type InvitationPlace } from './ids.ts'
import type { Member } from './member.ts'
import type { Workspace } from './workspace.ts'

/** The id of the workspace that is made with an account: it follows from the account, so that one read finds both. */
export const defaultWorkspaceId = (accountId: string): string => derivedId('ws', accountId)

/** Over how many partitions the usage of a new workspace is spread: each takes about 1,000 writes a second. */
const usageShards = 8

/** The place of the row that says that an account's address belongs to a member of a workspace. */
export const addressPlace = (workspaceId: string, { email }: Pick<Account, 'email'>): InvitationPlace => ({
  workspaceId,
  addressKey: addressKey(workspaceId, canonicalEmail(email) ?? email),
})

/** What a member row carries of its account. */
export const carried = ({ email, emailVerified, name, version = 0 }: Account) => ({
  email,
  emailVerified,
  name,
  accountVersion: version,
})

/** A member who owns the row of their address. */
export type AddressedMember = Member & InvitationPlace

/** A new member. */
export const newMember = (
  workspaceId: string,
  account: Account,
  { role, joinedAt }: { role: Member['role']; joinedAt: string },
): AddressedMember => ({
  ...addressPlace(workspaceId, account),
  ...carried(account),
  accountId: account.id,
  role,
  joinedAt,
})

/** A new workspace with its first admin. */
export function foundWorkspace(
  id: string,
  { name, founder, at }: { name: string; founder: Account; at: string },
): { workspace: Workspace; member: AddressedMember } {
  const counts = { memberCount: 1, adminCount: 1, pendingCount: 0, apiKeyCount: 0, usageShards }
  const workspace: Workspace = { id, name, status: 'active', ...counts, createdAt: at, createdBy: founder.id, updatedAt: at }
  return { workspace, member: newMember(id, founder, { role: 'admin', joinedAt: at }) }
}

/** The workspace that comes with an account. */
export function foundDefaultWorkspace(account: Account): { workspace: Workspace; member: AddressedMember } {
  const { workspace, member } = foundWorkspace(defaultWorkspaceId(account.id), {
    name: 'Default Workspace',
    founder: account,
    at: account.createdAt,
  })
  return { workspace, member: { ...member, isDefault: true } }
}
