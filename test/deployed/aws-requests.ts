import type { AwsAction } from './iam.ts'
import { account, region, sessionToken } from './stand-in-values.ts'

/** A request as it arrives at the stand-in for AWS. */
export interface AwsRequest {
  readonly host: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/**
 * The signer of a request, by access key id; nobody if the session token of that key is missing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export const signerOf = ({ headers }: AwsRequest): string | undefined =>
  headers['x-amz-security-token'] === sessionToken
    ? /^AWS4-HMAC-SHA256 Credential=(\w+)\//.exec(String(headers.authorization))?.[1]
    : undefined

const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`

/**
 * The permission that each write of a transaction needs:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
const transactional: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
}

const onTable = (action: string, table: string, index?: string): AwsAction => ({
  action: `dynamodb:${action}`,
  resource: arn('dynamodb', index ? `table/${table}/index/${index}` : `table/${table}`),
})

interface TableRequest {
  readonly TableName?: string
  readonly IndexName?: string
  readonly RequestItems?: Readonly<Record<string, unknown>>
  readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName: string }>>[]
}

function tableActions(call: string, { TableName = '', IndexName, RequestItems, TransactItems }: TableRequest): AwsAction[] {
  // Any signer may, whatever their role allows: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/inter-network-traffic-privacy.html
  if (call === 'DescribeEndpoints') return []
  if (TransactItems)
    return TransactItems.flatMap((item) => Object.entries(item)).map(([kind, { TableName }]) =>
      onTable(transactional[kind] ?? kind, TableName),
    )
  if (RequestItems) return Object.keys(RequestItems).map((table) => onTable(call, table))
  return [onTable(call, TableName, IndexName)]
}

/** `https://sqs.eu-central-1.amazonaws.com/123456789012/mail` → the queue's ARN */
const queueArn = (url: string): string => arn('sqs', new URL(url).pathname.split('/')[2] ?? '')

/** `Atrium <no-reply@example.com>` → `example.com` */
const domainIn = (sender: string): string => /@([^>\s]+)/.exec(sender)?.[1] ?? ''

/**
 * The IAM actions of a request; undefined if Atrium is not known to make such requests. An e-mail needs the sender's identity, and the
 * identity's default configuration set is checked too.
 */
export function actionsOf(
  request: AwsRequest,
  configurationSetOf: (domain: string) => string | undefined,
): readonly AwsAction[] | undefined {
  const [service] = request.host.split('.')
  const [, call = ''] = String(request.headers['x-amz-target']).split('.')
  if (service === 'dynamodb') return tableActions(call, JSON.parse(request.body))
  if (service === 'sqs') return [{ action: `sqs:${call.replace(/Batch$/, '')}`, resource: queueArn(JSON.parse(request.body).QueueUrl) }]
  if (service !== 'email') return undefined
  const form = new URLSearchParams(request.body)
  const domain = domainIn(form.get('Source') ?? '')
  const set = form.get('ConfigurationSetName') ?? configurationSetOf(domain)
  const resources = [`identity/${domain}`, ...(set ? [`configuration-set/${set}`] : [])]
  return resources.map((resource) => ({ action: `ses:${form.get('Action')}`, resource: arn('ses', resource) }))
}
