import * as z from 'zod'
import { queuesAmong } from '#shared/queue/queue-variables.ts'
import { settingsSchema } from '#shared/settings.ts'
import { StartFailure } from './start-failure.ts'

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((number) => number >= least && number <= most, `must be a whole number from ${least} to ${most}`)

const httpUrl = (hint: string) => z.url({ protocol: /^https?$/, error: `must be a URL, like ${hint}` })

const localSchema = z.object({
  /** Where the service listens; 0 picks a free port. */
  PORT: whole(0, 65_535).default(3_000),
  DATA_DIR: z.string().default('.local'),
  /** A DynamoDB Local that is already running. If it is not set, the service starts one. */
  DYNAMODB_ENDPOINT: httpUrl('http://127.0.0.1:8000').optional(),
  TABLE_NAME: z
    .string()
    .regex(/^[\w.-]{3,255}$/, 'must be 3 to 255 letters, digits, _ . or -')
    .default('atrium'),
  APP_URL: httpUrl('https://app.example.com').optional(),
  /** How often the scheduled workers run, in seconds. */
  CLEANUP_INTERVAL_SECONDS: whole(1, 86_400).default(60),
})

/** The settings of the local service itself. */
export type LocalSettings = z.infer<typeof localSchema>

const withoutEmpty = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))

/** Reads the local settings. An empty variable counts as not set. Throws a `StartFailure` that names a malformed one. */
export function readLocalSettings(environment: Environment): LocalSettings {
  const { success, data, error } = localSchema.safeParse(withoutEmpty(environment))
  if (success) return data
  throw new StartFailure(error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '))
}

/** Every queue that the functions know, by the variable that carries its URL. */
export const queueVariables = queuesAmong(Object.keys(settingsSchema.shape))

/** The function settings that the user may set, besides APP_URL. */
const limits = [
  'INVITATION_TTL_SECONDS',
  'INVITATION_RESEND_COOLDOWN_SECONDS',
  'INVITATIONS_PER_DAY',
  'MAILS_PER_ADDRESS_PER_DAY',
  'CHARGE_GIVE_UP_SECONDS',
  'USAGE_LIMIT',
] as const

const limitsIn = (user: Environment): Environment => {
  const given = withoutEmpty(user)
  return Object.fromEntries(limits.filter((name) => name in given).map((name) => [name, given[name]]))
}

/** Checks what the user set for the functions before anything starts. Throws a `StartFailure` that names each malformed variable. */
export function checkLimits(user: Environment): void {
  const given = limitsIn(user)
  const malformed = limits.filter((name) => !settingsSchema.shape[name].safeParse(given[name]).success)
  if (malformed.length > 0) throw new StartFailure(malformed.map((name) => `${name} must be a whole number`).join('; '))
}

/** The functions' environment: what the user may set and what the local parts dictate. No other variable of the user gets in. */
export const functionEnvironment = (
  user: Environment,
  { settings, url, dictated }: { settings: LocalSettings; url: string; dictated: Environment },
): Environment => ({
  ...limitsIn(user),
  APP_URL: settings.APP_URL ?? url,
  TABLE_NAME: settings.TABLE_NAME,
  MAIL_FROM: 'Atrium <no-reply@atrium.example>',
  ...dictated,
})
