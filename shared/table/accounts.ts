import { defaultWorkspaceId, foundDefaultWorkspace } from '../domain/founding.ts'
import type { Account, Member, Workspace } from '../domain/model.ts'
import type { AccountWithDefault } from '../domain/views.ts'
import { absent } from './conditions.ts'
import { keys } from './design.ts'
import { put, type Table, type Write } from './table.ts'
import { foundingWrites } from './workspaces.ts'

/** The three items that say what an account is: pass them to one `get` and its answer to `accountFrom`. */
export const accountKeys = (accountId: string) =>
  [keys.account(accountId), keys.workspace(defaultWorkspaceId(accountId)), keys.member(defaultWorkspaceId(accountId), accountId)] as const

/** Puts together what `accountKeys` found; undefined where there is no account. */
function accountFrom(found: readonly (Account | Workspace | Member | undefined)[]): AccountWithDefault | undefined {
  const [account, workspace, member] = found as [Account?, Workspace?, Member?]
  if (!account) return undefined
  const isDefault = workspace?.status === 'active' && member?.isDefault === true
  return { account, defaultWorkspace: isDefault ? workspace : null, defaultMember: isDefault ? member : null }
}

/**
 * What `accountKeys` found, read once more where it may be half of what one transaction wrote: a batch read is no snapshot, and can see an
 * account that was just made, but not yet its workspace.
 */
export async function wholeAccount(table: Table, found: Parameters<typeof accountFrom>[0]): Promise<AccountWithDefault | undefined> {
  const [account, workspace, member] = found as [Account?, Workspace?, Member?]
  const isHalf = account && (!workspace || (workspace.status === 'active' && !member))
  return accountFrom(isHalf ? await table.get<[Account, Workspace, Member]>(...accountKeys(account.id)) : found)
}

/** Reads an account and its default workspace: one round, or a second one where they may just have been made. */
export const readAccount = async (table: Table, accountId: string): Promise<AccountWithDefault | undefined> =>
  wholeAccount(table, await table.get<[Account, Workspace, Member]>(...accountKeys(accountId)))

/** The writes that make an account with its default workspace: never one without the other, and once however many race. */
export function accountWrites(account: Account, whenItExists: () => Error): { writes: Write[]; made: AccountWithDefault } {
  const { workspace, member } = foundDefaultWorkspace(account)
  const item = put({ ...keys.account(account.id), ...account }, absent('pk'), whenItExists)
  return {
    writes: [item, ...foundingWrites(workspace, member)],
    made: { account, defaultWorkspace: workspace, defaultMember: member },
  }
}

class Exists extends Error {}

/** Makes an account and its default workspace in one transaction, or answers those that exist. */
export async function createAccount(table: Table, account: Account): Promise<AccountWithDefault & { created: boolean }> {
  const { writes, made } = accountWrites(account, () => new Exists())
  try {
    await table.write(...writes)
    return { ...made, created: true }
  } catch (error) {
    const existing = error instanceof Exists ? await readAccount(table, account.id) : undefined
    if (!existing) throw error
    return { ...existing, created: false }
  }
}
