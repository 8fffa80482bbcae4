import * as z from 'zod'

const count = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'a whole number')
    .transform(Number)
    .default(fallback)

/** Every setting of the functions, by the environment variable that carries it. A malformed one stops the start, by name. */
export const settingsSchema = z.object({
  TABLE_NAME: z.string().min(1),
  /** OpenID Connect issuer, as it stands in the tokens. */
  ISSUER: z.url(),
  /** Where the issuer's signing keys are; `{ISSUER}/.well-known/jwks.json` where it is not set, as Cognito has it. */
  JWKS_URI: z.url().optional(),
  CLIENT_ID: z.string().min(1),
  /** Audience that access tokens carry; Cognito's carry none, and are told by `CLIENT_ID` alone. */
  AUDIENCE: z.string().min(1).optional(),
  /** What account ids are derived from beside `sub`; the issuer where it is not set. */
  ISSUER_NAME: z.string().min(1).optional(),
  /** The product's own front end; invitation links open `{APP_URL}/invitations`. */
  APP_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
  /** Further origins that the invitation page signs people in at, separated by spaces (Cognito's sign-in pages have a domain of their own). */
  SIGN_IN_ORIGINS: z
    .string()
    .default('')
    .transform((text) => text.split(' ').filter(Boolean)),
  MAIL_FROM: z.string().min(3),
  MAIL_QUEUE_URL: z.url(),
  DELETION_QUEUE_URL: z.url(),
  /** The secret key of the Stripe account; without one invoices stay open. */
  STRIPE_API_KEY: z.string().min(1).optional(),
  /** Another place than Stripe's own, for trying things out. */
  STRIPE_API_BASE: z.url().optional(),
  INVITATION_TTL_SECONDS: count(604_800),
  INVITATION_RESEND_COOLDOWN_SECONDS: count(60),
  INVITATIONS_PER_DAY: count(500),
  MAILS_PER_ADDRESS_PER_DAY: count(5),
  CHARGE_GIVE_UP_SECONDS: count(86_400),
})
export type Settings = z.infer<typeof settingsSchema>

/** Reads the settings. Throws one line that names each variable that is off. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const { success, data, error } = settingsSchema.safeParse(environment)
  if (success) return data
  throw new Error(`Settings: ${error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`)
}
