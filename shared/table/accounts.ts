import type { Account, AccountWithDefault } from '../domain/account.ts'
import { accountOf } from '../domain/account.ts'
import { claimsTaken, isShown } from '../domain/account-claims.ts'
import { defaultWorkspaceId, foundDefaultWorkspace } from '../domain/founding.ts'
import type { Person } from '../domain/person.ts'
import { later } from '../domain/time.ts'
import { absent, all, type Condition, is } from './conditions.ts'
import * as keys from './design/keys.ts'
import { sweepAt } from './design/sweep-index.ts'
import { type Found, put, type Table, update, type Write } from './engine.ts'
import { changed, untilUnchanged } from './races.ts'
import { foundingWrites } from './workspaces.ts'

/** The three items that say what an account is: ask for them in one `get`, and pass what it found to `wholeAccount`. */
export const accountKeys = (accountId: string) => ({
  account: keys.account(accountId),
  workspace: keys.workspace(defaultWorkspaceId(accountId)),
  member: keys.member({ workspaceId: defaultWorkspaceId(accountId), accountId }),
})

type FoundAccount = Found<ReturnType<typeof accountKeys>>

/** Puts together what `accountKeys` found; undefined where there is no account. */
function accountFrom({ account, workspace, member }: FoundAccount): AccountWithDefault | undefined {
  if (!account) return undefined
  const isDefault = workspace?.status === 'active' && member?.isDefault === true
  return { account, defaultWorkspace: isDefault ? workspace : null, defaultMember: isDefault ? member : null }
}

/**
 * What `accountKeys` found, read once more where it may be half of what one transaction wrote: a batch read is no snapshot, and can see an
 * account that was just made, but not yet its workspace.
 */
export async function wholeAccount(table: Table, found: FoundAccount): Promise<AccountWithDefault | undefined> {
  const { account, workspace, member } = found
  const isHalf = account && (!workspace || (workspace.status === 'active' && !member))
  return accountFrom(isHalf ? await table.get(accountKeys(account.id)) : found)
}

/** Reads an account and its default workspace: one round, or a second one where they may just have been made. */
export const readAccount = async (table: Table, accountId: string): Promise<AccountWithDefault | undefined> =>
  wholeAccount(table, await table.get(accountKeys(accountId)))

/** The writes that make an account with its default workspace: never one without the other, and once however many race. */
export function accountWrites(
  account: Account,
  whenItExists: (found: Account | undefined) => Error,
): { writes: Write[]; made: AccountWithDefault } {
  const { workspace, member } = foundDefaultWorkspace(account)
  const item = put(keys.account(account.id), account, absent('pk'), whenItExists)
  return {
    writes: [item, ...foundingWrites(workspace, member)],
    made: { account, defaultWorkspace: workspace, defaultMember: member },
  }
}

/** A change of an account, as it is to be written, and the account as it is then. */
export interface AccountChange {
  readonly write: Write
  readonly account: Account
  /** Whether member rows follow it: a message to the queue `accounts` is owed once it is written. */
  readonly membersFollow: boolean
}

/** How long the sweep leaves the member rows to the queue, in seconds. */
const sweepDelaySeconds = 60

const unchanged = (attribute: string, seen: unknown): Condition => (seen === undefined ? absent(attribute) : is(attribute, seen))

/**
 * Changes an account as it was read; the write throws `Changed` on a race. What member rows carry gets a version of its own, and is due
 * until they have it.
 */
export function changeAccount(seen: Account, fields: Partial<Account>, now: Date): AccountChange {
  const membersFollow = isShown(fields)
  const next = membersFollow ? { ...fields, version: (seen.version ?? 0) + 1, changedAt: now.toISOString() } : fields
  const set = membersFollow ? { ...next, ...sweepAt(seen.id, later(now, sweepDelaySeconds)) } : next
  const asSeen = all(unchanged('version', seen.version), unchanged('emailIssuedAt', seen.emailIssuedAt))
  return { write: update(keys.account(seen.id), { set }, asSeen, changed), account: { ...seen, ...next }, membersFollow }
}

/** What a person's token changes about their account as it was read; undefined where nothing. */
export function takeClaims(seen: Account, person: Person, now: Date): AccountChange | undefined {
  const fields = claimsTaken(seen, person)
  return fields && changeAccount(seen, fields, now)
}

/** Takes over what a token says, whatever races with it. Answers the account as it is then, and whether member rows are to follow. */
export function bringUpToDate(table: Table, seen: Account, person: Person, now: Date): Promise<Omit<AccountChange, 'write'>> {
  const again = async () => (await table.get(keys.account(seen.id))) ?? seen
  return untilUnchanged(seen, again, async (account) => {
    const change = takeClaims(account, person, now)
    if (!change) return { account, membersFollow: false }
    await table.write(change.write)
    return change
  })
}

class Exists extends Error {
  readonly account: Account | undefined
  constructor(account: Account | undefined) {
    super('The account exists')
    this.account = account
  }
}

export interface Created extends AccountWithDefault {
  readonly created: boolean
  /** Whether member rows are to follow what the token changed. */
  readonly membersFollow: boolean
}

/** Makes a person's account and its default workspace in one transaction, or brings those that exist up to date. */
export async function createAccount(table: Table, person: Person, now: Date, name?: string): Promise<Created> {
  const { writes, made } = accountWrites(accountOf(person, now, name), (found) => new Exists(found))
  try {
    await table.write(...writes)
    return { ...made, created: true, membersFollow: false }
  } catch (error) {
    if (!(error instanceof Exists) || !error.account) throw error
    const { account: _, ...besideIt } = accountKeys(person.accountId)
    const [{ account, membersFollow }, beside] = await Promise.all([bringUpToDate(table, error.account, person, now), table.get(besideIt)])
    const existing = await wholeAccount(table, { account, ...beside })
    return { ...(existing ?? { account, defaultWorkspace: null, defaultMember: null }), created: false, membersFollow }
  }
}
