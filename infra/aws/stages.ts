/** How many requests per second a class of routes accepts from all callers together, and how many in a burst. */
interface Throttle {
  readonly rate: number
  readonly burst: number
}

/** `open`: without a token. `read`: changes nothing. `write`: all others. */
export type RouteClass = 'open' | 'read' | 'write'

/** Sign-in through a user pool of this deployment, or at an existing OpenID Connect issuer. */
export type IdentityOptions =
  | {
      readonly kind: 'cognito'
      /** Where sign-in may return to in the product's own front ends, in addition to the invitation page. */
      readonly callbackUrls: readonly string[]
      /**
       * Sends Cognito's own e-mails (otherwise limited to 50 a day) through SES: a second step, once SES has verified the sender and taken
       * the account out of its sandbox.
       */
      readonly mailThroughSes: boolean
    }
  | {
      readonly kind: 'openid'
      readonly issuer: string
      readonly clientId: string
      readonly audience?: string
      readonly jwksUri?: string
      /** The base URL of its sign-in pages and token endpoint, if it is not the issuer's. */
      readonly signInOrigins?: readonly string[]
    }

/** Function settings that a stage may change; seconds, counts and, for usage, minor units. */
type Limit =
  | 'INVITATION_TTL_SECONDS'
  | 'INVITATION_RESEND_COOLDOWN_SECONDS'
  | 'INVITATIONS_PER_DAY'
  | 'MAILS_PER_ADDRESS_PER_DAY'
  | 'CHARGE_GIVE_UP_SECONDS'
  | 'USAGE_LIMIT'

/** Everything that distinguishes one deployment from another. Prices and currency are in shared/domain/price-book.ts. */
export interface Stage {
  readonly name: string
  /** The product's own front end, which invitation links open. Without one, they open the API's own page. */
  readonly appUrl?: string
  readonly mail: {
    /** The domain that e-mail comes from; SES generates three DNS records for it. */
    readonly domain: string
    readonly from: string
  }
  readonly identity: IdentityOptions
  /** A custom domain name for the API; its certificate must be in the API's region. */
  readonly apiDomain?: { readonly name: string; readonly certificateArn: string }
  /** The name of the secret in Secrets Manager whose text is Stripe's secret key. Without one, invoices stay open. */
  readonly stripeSecretName?: string
  /** Who is notified of alarms. */
  readonly alarmEmail?: string
  /** The URL of docs/runbook.md; the alarms' texts link to its sections. */
  readonly runbookUrl?: string
  /** Whether to refuse to delete or replace what holds data. */
  readonly keepsData: boolean
  /** For how many days logs are kept and the table can be restored to any second. Erased data lives on there for that long. */
  readonly retentionDays: { readonly logs: 1 | 3 | 5 | 7 | 14 | 30; readonly backups: number }
  /** The name of a table into which a backup was restored; the service uses it instead of its own. See docs/deployment.md. */
  readonly restoredTable?: string
  readonly throttles: Readonly<Record<RouteClass, Throttle>>
  /**
   * Provisioned concurrency by operation name (`{ acceptInvitation: 2 }`), billed by the hour: docs/scale.md says what it gains. Calls to
   * these operations go to a published version, behind an alias.
   */
  readonly provisionedConcurrency?: Readonly<Record<string, number>>
  readonly limits: Readonly<Partial<Record<Limit, number>>>
}

const throttles = { open: { rate: 50, burst: 100 }, read: { rate: 1_000, burst: 2_000 }, write: { rate: 500, burst: 1_000 } } as const

/** Every deployment: edit these, or add one. `npm run deploy -- --stage prod` deploys the one with that name. */
export const stages: readonly Stage[] = [
  {
    name: 'dev',
    mail: { domain: 'dev.example.com', from: 'Atrium <no-reply@dev.example.com>' },
    identity: { kind: 'cognito', callbackUrls: ['http://localhost:5173/'], mailThroughSes: false },
    keepsData: false,
    retentionDays: { logs: 7, backups: 7 },
    throttles,
    limits: {},
  },
  {
    name: 'prod',
    appUrl: 'https://app.example.com',
    mail: { domain: 'example.com', from: 'Atrium <no-reply@example.com>' },
    identity: { kind: 'cognito', callbackUrls: ['https://app.example.com/'], mailThroughSes: false },
    stripeSecretName: 'atrium/prod/stripe',
    alarmEmail: 'operations@example.com',
    keepsData: true,
    retentionDays: { logs: 14, backups: 7 },
    throttles,
    limits: {},
  },
]

/** Returns the stage with a name. Throws one line that lists the existing names. */
export function stageOf(name: string): Stage {
  const stage = stages.find((each) => each.name === name)
  if (!stage) throw new Error(`There is no stage "${name}": infra/aws/stages.ts has ${stages.map((each) => each.name).join(', ')}`)
  return stage
}
