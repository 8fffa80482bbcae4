import { dismissalOf, vouchersOf } from '../domain/dismissals.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Workspace } from '../domain/workspace.ts'
import { absent, all, any, atMost, type Change, type Condition, is } from './conditions.ts'

/** The change of a workspace item by which somebody is dismissed: all invitations that they sent before it are dead with it. */
export const dismissing = (accountId: string): Change => ({ count: { attribute: 'dismissals', into: dismissalOf(accountId) } })

/** Nobody was dismissed since the workspace was read, so that what is sent now is sent after every dismissal. */
export const noneDismissedSince = ({ dismissals }: Workspace): Condition =>
  dismissals === undefined ? absent('dismissals') : is('dismissals', dismissals)

/** Nobody on whose right an invitation stands was dismissed since. */
export const stillVouchedFor = (invitation: Invitation): Condition =>
  all(...vouchersOf(invitation).map(({ accountId, after }) => any(absent(dismissalOf(accountId)), atMost(dismissalOf(accountId), after))))
