/** How many requests a second a class of routes takes, over all callers, and how many at once. */
interface Throttle {
  readonly rate: number
  readonly burst: number
}

/** `open`: without a token. `read`: changes nothing. `write`: the others. */
export type RouteClass = 'open' | 'read' | 'write'

/** Sign-in by a user pool of this deployment, or by an OpenID Connect issuer that is there already. */
export type IdentityOptions =
  | {
      readonly kind: 'cognito'
      /** Where the product's own front ends may be sent back to, beside the invitation page. */
      readonly callbackUrls: readonly string[]
      /** Cognito's own e-mails (50 a day) go through SES instead: a second step, once SES has verified the sender and left its sandbox. */
      readonly mailThroughSes: boolean
    }
  | {
      readonly kind: 'openid'
      readonly issuer: string
      readonly clientId: string
      readonly audience?: string
      readonly jwksUri?: string
      /** Where its sign-in pages and token endpoint are, if elsewhere than at the issuer. */
      readonly signInOrigins?: readonly string[]
    }

/** Settings of the functions that a stage may change; seconds, counts and, for usage, minor units. */
type Limit =
  | 'INVITATION_TTL_SECONDS'
  | 'INVITATION_RESEND_COOLDOWN_SECONDS'
  | 'INVITATIONS_PER_DAY'
  | 'MAILS_PER_ADDRESS_PER_DAY'
  | 'CHARGE_GIVE_UP_SECONDS'
  | 'USAGE_LIMIT'

/** Everything in which one deployment differs from another. Prices and currency stand in shared/domain/price-book.ts. */
export interface Stage {
  readonly name: string
  /** The product's own front end, which invitation links open. Without one they open the API's own page. */
  readonly appUrl?: string
  readonly mail: {
    /** The domain that e-mail comes from; SES makes three DNS records for it. */
    readonly domain: string
    readonly from: string
  }
  readonly identity: IdentityOptions
  /** A name of one's own for the API; the certificate must be in the API's region. */
  readonly apiDomain?: { readonly name: string; readonly certificateArn: string }
  /** The name of the secret in Secrets Manager whose text is Stripe's secret key. Without one invoices stay open. */
  readonly stripeSecretName?: string
  /** Who is told when an alarm rings. */
  readonly alarmEmail?: string
  /** Where docs/runbook.md can be read; the texts of alarms link to its paragraphs. */
  readonly runbookUrl?: string
  /** Refuse to delete or replace what holds data. */
  readonly keepsData: boolean
  /** For how many days logs are kept, and the table can be restored to any second: so long does erased data live on there. */
  readonly retentionDays: { readonly logs: 1 | 3 | 5 | 7 | 14 | 30; readonly backups: number }
  /** The name of a table that a backup was restored into; the service uses it in place of its own. See docs/deployment.md. */
  readonly restoredTable?: string
  readonly throttles: Readonly<Record<RouteClass, Throttle>>
  /**
   * Processes that are kept started for an operation, by its name (`{ acceptInvitation: 2 }`), each paid for by the hour: docs/scale.md says
   * what they win. Their calls go to a published version, behind an alias.
   */
  readonly provisionedConcurrency?: Readonly<Record<string, number>>
  readonly limits: Readonly<Partial<Record<Limit, number>>>
}

const throttles = { open: { rate: 50, burst: 100 }, read: { rate: 1_000, burst: 2_000 }, write: { rate: 500, burst: 1_000 } } as const

/** Every deployment: edit these, or add one. `npm run deploy -- --stage prod` takes the one of that name. */
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

/** The stage of a name. Throws one line that names those that there are. */
export function stageOf(name: string): Stage {
  const stage = stages.find((each) => each.name === name)
  if (!stage) throw new Error(`There is no stage "${name}": infra/aws/stages.ts has ${stages.map((each) => each.name).join(', ')}`)
  return stage
}
