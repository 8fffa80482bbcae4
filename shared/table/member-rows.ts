import type { Account } from '../domain/account.ts'
import { addressPlace, carried } from '../domain/founding.ts'
import type { Member } from '../domain/member.ts'
import { later, secondsUntil } from '../domain/time.ts'
import { absent, all, any, atMost, exists, is } from './conditions.ts'
import * as keys from './design/keys.ts'
import { check, type Table, update } from './engine.ts'
import { releaseAddress, sameAddress } from './members.ts'
import { changed, untilUnchanged } from './races.ts'
import { AddressTaken, listMemberships, takeAddress } from './workspaces.ts'

/** An account whose member rows are to follow a change; undefined where there is nothing to do. */
export async function readOwed(table: Table, accountId: string): Promise<Account | undefined> {
  const account = await table.get(keys.account(accountId))
  return account?.gsi2pk === undefined ? undefined : account
}

/** Memberships a page, and how many rows are written at once. */
const pageSize = 50
const parallel = 10

/** Carries what an account says into one page of its member rows; answers the position to go on behind, undefined after the last. */
export async function carryPage(table: Table, account: Account, after: string | undefined): Promise<string | undefined> {
  const { memberships, next } = await listMemberships(table, account.id, pageSize, after)
  const behind = memberships.map(({ member }) => member).filter((member) => isBehind(member, account))
  for (let i = 0; i < behind.length; i += parallel)
    await Promise.all(behind.slice(i, i + parallel).map((member) => carryInto(table, account, member)))
  return next
}

/** A row without an address is tried again: whose address it was may have let it go. */
const isBehind = ({ accountVersion, addressKey }: Member, { version = 0 }: Account): boolean =>
  accountVersion < version || (accountVersion === version && addressKey === undefined)

/** Carries it into one row, whatever races with it: nothing is brought back, and nothing of a later version overwritten. */
function carryInto(table: Table, account: Account, first: Member): Promise<void> {
  const { workspaceId, accountId } = first
  const again = async () => {
    const { workspace, member } = await table.get({
      workspace: keys.workspace(workspaceId),
      member: keys.member({ workspaceId, accountId }),
    })
    return workspace?.status === 'active' ? member : undefined
  }
  return untilUnchanged<Member | undefined, void>(first, again, async (member) => {
    if (!member || !isBehind(member, account)) return
    const { addressKey } = addressPlace(workspaceId, account)
    const { addressKey: _, ...withoutAddress } = member
    await writeRow(table, account, member, { ...member, addressKey }).catch((error) => {
      if (!(error instanceof AddressTaken)) throw error
      return writeRow(table, account, member, withoutAddress)
    })
  })
}

/** One row, with the mark on its address, in an active workspace. Throws `AddressTaken`, and `Changed` on a race. */
function writeRow(table: Table, account: Account, seen: Member, next: Member): Promise<void> {
  const { workspaceId, accountId } = seen
  const isMoved = next.addressKey !== seen.addressKey
  const notLater = any(absent('accountVersion'), atMost('accountVersion', account.version ?? 0))
  return table.write(
    check(keys.workspace(workspaceId), is('status', 'active'), changed),
    update(
      keys.member({ workspaceId, accountId }),
      { set: { ...carried(account), addressKey: next.addressKey }, remove: next.addressKey === undefined ? ['addressKey'] : [] },
      all(exists('pk'), notLater, sameAddress(seen)),
      changed,
    ),
    ...(isMoved ? [...releaseAddress(seen), ...takeAddress(next)] : []),
  )
}

/**
 * How long after a change a member row may still be written or listed as it was before, in seconds: a request lives for 29 at most, and
 * the index of memberships lags by less.
 */
const lateWriteSeconds = 30

/** Nothing is owed any more, if no other change came, and the rows were looked through long enough after this one. */
export async function settleRows(table: Table, { id, version = 0, changedAt = '' }: Account, began: string): Promise<void> {
  if (began < later(new Date(changedAt), lateWriteSeconds)) return
  await table.attempt(keys.account(id), { remove: ['gsi2pk', 'gsi2sk'] }, is('version', version))
}

/** The sweep has asked for what is owed: it looks again later, the later the longer that has been so. */
export function postponeRows(table: Table, { id, version = 0, changedAt = '' }: Account, now: Date): Promise<boolean> {
  const again = later(now, Math.min(3_600, Math.max(60, -secondsUntil(changedAt, now) / 2)))
  return table.attempt(keys.account(id), { set: { gsi2sk: again } }, all(exists('gsi2pk'), is('version', version)))
}
