import type { Account } from './account.ts'
import { canonicalEmail } from './email.ts'
import type { Person } from './person.ts'

const isSameAddress = (one: string, other: string): boolean =>
  canonicalEmail(one) !== undefined && canonicalEmail(one) === canonicalEmail(other)

/**
 * What a person's token changes about their account; undefined where nothing. The e-mail is that of the newest token that carried a
 * verified one, until then that of the first: an older token changes nothing, and an unverified e-mail never does. An address that is the
 * same as compared stays as it was first given; that a newer token carried it is noted all the same, for it outdates the tokens before.
 */
export function claimsTaken(account: Account, { email, emailVerified, issuedAt }: Person): Partial<Account> | undefined {
  const isNews = emailVerified && (!account.emailVerified || issuedAt > (account.emailIssuedAt ?? 0))
  if (!isNews) return undefined
  const isSame = isSameAddress(account.email, email)
  if (isSame && account.emailVerified) return { emailIssuedAt: issuedAt }
  return { ...(!isSame && { email }), emailVerified, emailIssuedAt: issuedAt }
}

/** The fields of an account that its member rows carry, too. */
const shown = ['email', 'emailVerified', 'name'] as const

/** Whether a change of an account is one that its member rows follow. */
export const isShown = (fields: Partial<Account>): boolean => shown.some((field) => field in fields)
