/** A list price in USD for a number of units. */
interface Price {
  readonly usd: number
  readonly per: number
  readonly unit: string
  readonly source: string
}

const million = 1_000_000
const gb = 1_000_000_000

/**
 * Published list prices of us-east-1, as known in November 2026. They were not obtained from AWS: check them at their source before you
 * rely on them. First tier throughout, without free tiers (except Cognito's, in `free`), taxes, discounts and support.
 */
export const prices = {
  httpRequest: { usd: 1, per: million, unit: 'request of at most 512 KB', source: 'https://aws.amazon.com/api-gateway/pricing/' },
  lambdaRequest: { usd: 0.2, per: million, unit: 'request', source: 'https://aws.amazon.com/lambda/pricing/' },
  lambdaGbSecond: {
    usd: 0.0000133334,
    per: 1,
    unit: 'GB-second on arm64, cold starts included',
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  wcu: { usd: 0.625, per: million, unit: 'write request unit, on demand', source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  rru: { usd: 0.125, per: million, unit: 'read request unit, on demand', source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  tableGbMonth: { usd: 0.25, per: 1, unit: 'GB-month of the table', source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  backupGbMonth: {
    usd: 0.2,
    per: 1,
    unit: 'GB-month of point-in-time recovery',
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
  sqsRequest: { usd: 0.4, per: million, unit: 'request of at most 64 KB', source: 'https://aws.amazon.com/sqs/pricing/' },
  snsRequest: { usd: 0.5, per: million, unit: 'publication; delivery to SQS is free', source: 'https://aws.amazon.com/sns/pricing/' },
  email: { usd: 0.1, per: 1_000, unit: 'e-mail', source: 'https://aws.amazon.com/ses/pricing/' },
  logByte: { usd: 0.5, per: gb, unit: 'byte of log', source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  metricMonth: {
    usd: 0.3,
    per: 1,
    unit: "metric of one's own and month",
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
  },
  alarmMonth: { usd: 0.1, per: 1, unit: 'alarm and month', source: 'https://aws.amazon.com/cloudwatch/pricing/' },
  outByte: { usd: 0.09, per: gb, unit: 'byte to the internet', source: 'https://aws.amazon.com/ec2/pricing/on-demand/' },
  activeUser: { usd: 0.015, per: 1, unit: 'active user and month, Cognito Essentials', source: 'https://aws.amazon.com/cognito/pricing/' },
  secretMonth: { usd: 0.4, per: 1, unit: 'secret and month', source: 'https://aws.amazon.com/secrets-manager/pricing/' },
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof prices

/** How much is free every month, with no end date. */
export const free: Readonly<Partial<Record<PriceName, number>>> = { activeUser: 10_000 }
