import type { Invitation } from './invitation.ts'
import type { Workspace } from './workspace.ts'

/**
 * Who is removed by somebody else or demoted is dismissed. A workspace counts its dismissals, and notes of each account that count at
 * its last one; an invitation carries the count as it was when it was sent. The count tells before from after without a clock.
 */
export const dismissalOf = (accountId: string) => `dismissed#${accountId}` as const

/** How many dismissals there were before this moment; none in a workspace of before they were counted. */
export const dismissalsSoFar = ({ dismissals = 0 }: Pick<Workspace, 'dismissals'>): number => dismissals

/** The accounts that a workspace notes as dismissed, by attribute, each with its count. */
export const dismissalsIn = (workspace: Workspace): (readonly [string, unknown])[] =>
  Object.entries(workspace).filter(([name]) => name.startsWith(dismissalOf('')))

/**
 * Whose right to invite an invitation stands on, and since when: who sent it last and, where its role was changed without sending it,
 * who did that. Invitations of before dismissals were counted are older than any.
 */
export const vouchersOf = ({ invitedBy, sentAfter = 0, roleFrom }: Invitation) => [
  { accountId: invitedBy.accountId, after: sentAfter },
  ...(roleFrom ? [roleFrom] : []),
]

/** Whether an invitation died with its sender's rights: it stays dead, whatever the sender becomes again. */
export const isDead = (invitation: Invitation, workspace: Workspace): boolean =>
  invitation.status === 'dead' || vouchersOf(invitation).some(({ accountId, after }) => (workspace[dismissalOf(accountId)] ?? 0) > after)
