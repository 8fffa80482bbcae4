import type { Account } from './account.ts'
import { canonicalEmail } from './email.ts'
import type { Person } from './person.ts'

const isSameAddress = (one: string, other: string): boolean =>
  canonicalEmail(one) !== undefined && canonicalEmail(one) === canonicalEmail(other)

/**
 * What a person's token changes about their account; undefined if nothing. The account has the e-mail of the newest token with a verified
 * one; until there is such a token, that of the first. An older token changes nothing, and an unverified e-mail never does. An address that
 * differs only in spelling stays as first given, but the newer token's time is stored, because it outdates earlier tokens.
 */
export function claimsTaken(account: Account, { email, emailVerified, issuedAt }: Person): Partial<Account> | undefined {
  const isNews = emailVerified && (!account.emailVerified || issuedAt > (account.emailIssuedAt ?? 0))
  if (!isNews) return undefined
  const isSame = isSameAddress(account.email, email)
  if (isSame && account.emailVerified) return { emailIssuedAt: issuedAt }
  return { ...(!isSame && { email }), emailVerified, emailIssuedAt: issuedAt }
}

/** The fields of an account that its member rows also carry. */
const shown = ['email', 'emailVerified', 'name'] as const

/** Whether member rows have to follow a change of the account. */
export const isShown = (fields: Partial<Account>): boolean => shown.some((field) => field in fields)
