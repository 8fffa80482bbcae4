import type { Invitation } from './invitation.ts'
import type { Workspace } from './workspace.ts'

/**
 * A member who is removed by somebody else, or demoted, is dismissed. A workspace counts its dismissals and stores for each account the
 * count at its last one; an invitation carries the count at the time it was sent. Comparing counts tells before from after without a clock.
 */
export const dismissalOf = (accountId: string) => `dismissed#${accountId}` as const

/** How many dismissals there have been; 0 in a workspace older than the count. */
export const dismissalsSoFar = ({ dismissals = 0 }: Pick<Workspace, 'dismissals'>): number => dismissals

/** The accounts that a workspace has dismissed, by attribute, each with its count. */
export const dismissalsIn = (workspace: Workspace): (readonly [string, unknown])[] =>
  Object.entries(workspace).filter(([name]) => name.startsWith(dismissalOf('')))

/**
 * Whose right to invite an invitation depends on, and since when: that of whoever sent it last and of whoever changed its role since
 * without sending it. An invitation without a count is older than any dismissal.
 */
export const vouchersOf = ({ invitedBy, sentAfter, roleFrom }: Invitation) => [
  { accountId: invitedBy.accountId, after: sentAfter },
  ...(roleFrom ? [roleFrom] : []),
]

/** Whether an invitation died with its sender's rights. It stays dead, even if the sender gets them back. */
export const isDead = (invitation: Invitation, workspace: Workspace): boolean =>
  invitation.status === 'dead' || vouchersOf(invitation).some(({ accountId, after }) => (workspace[dismissalOf(accountId)] ?? 0) > after)
