import { randomUUID } from 'node:crypto'
import { dismissalsIn } from '../domain/dismissals.ts'
import type { Invitation } from '../domain/invitation.ts'
import { hasExpired, isOpen } from '../domain/inviting.ts'
import type { Workspace } from '../domain/workspace.ts'
import { all, is } from './conditions.ts'
import * as keys from './design/keys.ts'
import { remove, type Table, update, type Write } from './engine.ts'
import { listInvitationRows, unchanged } from './invitations.ts'
import { changed, ifUnchanged } from './races.ts'
import { changeWorkspace } from './workspaces.ts'

/** Invitations a transaction, beside the workspace item. */
const chunk = 90

/**
 * Takes those of some invitations of a workspace that ended by themselves out of its count: expired ones go, dead ones stay stored until
 * they would have expired. Answers how many there were. Throws `Changed` on a race.
 */
export async function collectEnded(table: Table, workspace: Workspace, rows: readonly Invitation[], now: Date): Promise<number> {
  const ended = rows.filter((row) => row.status === 'pending' && !isOpen(row, workspace, now))
  for (let i = 0; i < ended.length; i += chunk) {
    const some = ended.slice(i, i + chunk)
    const writes = some.map((row) => (hasExpired(row, now) ? forgotten(row) : buried(row)))
    await table.write(changeWorkspace(workspace.id, { add: { pendingCount: -some.length } }), ...writes)
  }
  return ended.length
}

const asSeen = (row: Invitation) => all(is('status', row.status), unchanged(row))

const forgotten = (row: Invitation): Write => remove(keys.invitation(row), asSeen(row), changed)

/** Once it says itself that it is dead, the dismissal that it died of can be forgotten. */
const buried = (row: Invitation): Write =>
  update(
    keys.invitation(row),
    {
      set: { status: 'dead', revision: randomUUID(), gsi2sk: row.expiresAt },
      remove: ['gsi1pk', 'gsi1sk', 'outbox', 'claimedUntil', 'tokenHashes'],
    },
    asSeen(row),
    changed,
  )

/** Takes out an accepted or dead invitation once its time is over; neither is in the workspace's count. */
export const forgetEnded = (table: Table, row: Invitation): Promise<void> => table.write(forgotten(row))

/** How many accounts a workspace item may note as dismissed before it is looked whether they still have to be. */
const mostNoted = 10

/**
 * Keeps the workspace item small, however many are dismissed: where it notes many, every invitation that is dead by them is made to say
 * so itself, and they are forgotten. The notes must have been read before the invitations: what is sent from then on is sent after them.
 */
export async function forgetDismissals(table: Table, workspace: Workspace, now: Date): Promise<void> {
  const noted = dismissalsIn(workspace)
  if (noted.length < mostNoted) return
  const asNoted = all(...noted.map(([name, count]) => is(name, count)))
  const forget = async () => {
    await collectEnded(table, workspace, await listInvitationRows(table, workspace.id), now)
    const without = { remove: noted.map(([name]) => name) }
    await table.write(changeWorkspace(workspace.id, without, { rule: asNoted, broken: changed }))
  }
  // Where somebody else is at it, or dismisses one of them once more, the next one tries again.
  await ifUnchanged(forget())
}
