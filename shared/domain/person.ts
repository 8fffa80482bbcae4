import { canonicalEmail } from './email.ts'
import { addressKey, type InvitationPlace } from './ids.ts'
import { Refusal } from './refusals.ts'

/** The person behind a token of the OpenID Connect issuer, with or without an account. */
export interface Person {
  /** The id of their account, which follows from issuer and subject, whether the account exists yet or not. */
  readonly accountId: string
  readonly email: string
  readonly emailVerified: boolean
  /** When the token was issued, in seconds since 1970. */
  readonly issuedAt: number
  readonly name: string | undefined
}

/** Refuses (`email_not_verified`) a person whose e-mail address the issuer has not verified. */
export function requireVerified({ emailVerified }: Person): void {
  if (!emailVerified)
    throw new Refusal('email_not_verified', 'Your e-mail address is not verified. Verify it with the sign-in service, then sign in again.')
}

/** Whether a person's address, verified or not, is the invited one. */
export const isInvited = ({ email }: Person, { workspaceId, addressKey: invited }: InvitationPlace): boolean =>
  addressKey(workspaceId, canonicalEmail(email) ?? '') === invited

/** Refuses (`email_mismatch`) a person whose verified address is not the invited one. */
export function requireInvited(person: Person, place: InvitationPlace): void {
  if (!isInvited(person, place))
    throw new Refusal(
      'email_mismatch',
      'The invitation was sent to another e-mail address. Sign in with that address, or ask for an invitation to yours.',
    )
  requireVerified(person)
}
