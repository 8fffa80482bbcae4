import * as z from 'zod/mini'
import './domain/english.ts'

const whole = (form: RegExp, fallback: number) =>
  z._default(z.pipe(z.string().check(z.regex(form, 'a whole number')), z.transform(Number)), fallback)
const count = (fallback: number) => whole(/^\d{1,9}$/, fallback)

/** Every setting of the functions, by the environment variable that carries it. A malformed one stops the start, by name. */
export const settingsSchema = z.object({
  TABLE_NAME: z.string().check(z.minLength(1)),
  /** OpenID Connect issuer, as it stands in the tokens. */
  ISSUER: z.url(),
  /** Where the issuer's signing keys are; `{ISSUER}/.well-known/jwks.json` where it is not set, as Cognito has it. */
  JWKS_URI: z.optional(z.url()),
  CLIENT_ID: z.string().check(z.minLength(1)),
  /** Audience that access tokens carry; Cognito's carry none, and are told by `CLIENT_ID` alone. */
  AUDIENCE: z.optional(z.string().check(z.minLength(1))),
  /** What account ids are derived from beside `sub`; the issuer where it is not set. */
  ISSUER_NAME: z.optional(z.string().check(z.minLength(1))),
  /** The product's own front end; invitation links open `{APP_URL}/invitations`. */
  APP_URL: z.pipe(
    z.url(),
    z.transform((url) => url.replace(/\/+$/, '')),
  ),
  /** Further origins that the invitation page signs people in at, separated by spaces (Cognito's sign-in pages have a domain of their own). */
  SIGN_IN_ORIGINS: z.pipe(
    z._default(z.string(), ''),
    z.transform((text) => text.split(' ').filter(Boolean)),
  ),
  MAIL_FROM: z.string().check(z.minLength(3)),
  MAIL_QUEUE_URL: z.url(),
  DELETION_QUEUE_URL: z.url(),
  ACCOUNTS_QUEUE_URL: z.url(),
  /** The secret key of the Stripe account; without one invoices stay open. */
  STRIPE_API_KEY: z.optional(z.string().check(z.minLength(1))),
  /** Another place than Stripe's own, for trying things out. */
  STRIPE_API_BASE: z.optional(z.url()),
  INVITATION_TTL_SECONDS: count(604_800),
  INVITATION_RESEND_COOLDOWN_SECONDS: count(60),
  INVITATIONS_PER_DAY: count(500),
  MAILS_PER_ADDRESS_PER_DAY: count(5),
  CHARGE_GIVE_UP_SECONDS: count(86_400),
  /**
   * What the usage of a workspace may be worth, in minor units; each of its shards has the same part. With 15 digits no sum and no
   * amount comes near the 38 digits that a stored number can have, whatever the prices become.
   */
  USAGE_LIMIT: whole(/^\d{1,15}$/, 1_000_000_000_000),
})
export type Settings = z.infer<typeof settingsSchema>

/** Reads the settings. Throws one line that names each variable that is off. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const { success, data, error } = settingsSchema.safeParse(environment)
  if (success) return data
  throw new Error(`Settings: ${error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`)
}
