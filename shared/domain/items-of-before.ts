import type { Account } from './account.ts'
import type { Invitation } from './invitation.ts'
import type { Member } from './member.ts'

/** What attributes are that items of an earlier version lack, a noun each. Apart from the nouns' shapes, which not every function carries. */

/** Accounts without this count as never verified: nothing is mailed to them until a token proves the address. */
export const accountDefaults = { emailVerified: false } satisfies Partial<Account>

/** Members of before carry their account as it was made, without a proof of its address. */
export const memberDefaults = { emailVerified: false, accountVersion: 0 } satisfies Partial<Member>

/** Invitations of before dismissals were counted are older than any. */
export const invitationDefaults = { sentAfter: 0 } satisfies Partial<Invitation>
