import { createHash } from 'node:crypto'

/** The region and account of the simulated deployment. */
export const region = 'eu-central-1'
export const account = '123456789012'

/** The session token that Lambda adds to a role's access key, without which AWS does not recognize the key. */
export const sessionToken = 'session'

/** The text of every secret. */
const secret = 'sk_test_deployed'

const hash = (text: string, length: number) => createHash('sha256').update(text).digest('hex').slice(0, length)

const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`

/** A resource of a template: its logical id and its known values. */
interface Made {
  readonly id: string
  /** Identifies this deployment, so that several can share one DynamoDB. */
  readonly run: string
}

type Value = (made: Made) => string

const queueName: Value = ({ id }) => `atrium-${id}`
const tableName: Value = ({ id, run }) => `atrium-${id}-${run}`
const poolId: Value = ({ id }) => `${region}_${hash(id, 9)}`
const apiId: Value = ({ id }) => hash(id, 10)

/** The value of a reference to a resource after deployment, by type and attribute; `Ref` is the reference itself. */
const values: Readonly<Record<string, Value>> = {
  'AWS::DynamoDB::Table Ref': tableName,
  'AWS::DynamoDB::Table Arn': (made) => arn('dynamodb', `table/${tableName(made)}`),
  'AWS::SQS::Queue Ref': (made) => `https://sqs.${region}.amazonaws.com/${account}/${queueName(made)}`,
  'AWS::SQS::Queue Arn': (made) => arn('sqs', queueName(made)),
  'AWS::SNS::Topic Ref': ({ id }) => arn('sns', id),
  'AWS::SES::ConfigurationSet Ref': ({ id }) => id,
  'AWS::Cognito::UserPool Ref': poolId,
  'AWS::Cognito::UserPool Arn': (made) => arn('cognito-idp', `userpool/${poolId(made)}`),
  'AWS::Cognito::UserPool ProviderURL': (made) => `https://cognito-idp.${region}.amazonaws.com/${poolId(made)}`,
  'AWS::Cognito::UserPoolClient Ref': ({ id }) => hash(id, 26),
  'AWS::Cognito::UserPoolDomain Ref': () => `atrium-${account}`,
  'AWS::ApiGatewayV2::Api Ref': apiId,
  'AWS::ApiGatewayV2::Api ApiEndpoint': (made) => `https://${apiId(made)}.execute-api.${region}.amazonaws.com`,
  'AWS::Logs::LogGroup Ref': ({ id }) => id,
  'AWS::Logs::LogGroup Arn': ({ id }) => `${arn('logs', `log-group:${id}`)}:*`,
  'AWS::Events::Rule Arn': ({ id }) => arn('events', `rule/${id}`),
  'AWS::Lambda::Function Ref': ({ id }) => id,
  'AWS::Lambda::Function Arn': ({ id }) => arn('lambda', `function:${id}`),
}

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
}

/**
 * A template's text as deployed: `<AWS::SQS::Queue Mail1234.Arn>`, as `Synthesized.text` writes a reference, becomes an ARN, and
 * `{{resolve:secretsmanager:…}}` the secret. Throws if no value is known for a reference.
 */
export function deployedText(text: string, run: string): string {
  const replaced = text.replace(/<([\w:]+)(?: (\w+)(?:\.(\w+))?)?>/g, (whole, type: string, id?: string, attribute = 'Ref') => {
    const found = id === undefined ? pseudo[type] : values[`${type} ${attribute}`]?.({ id, run })
    if (found === undefined)
      throw new Error(`Nothing stands in for ${whole} of the template: say in test/deployed/stand-in-values.ts what does`)
    return found
  })
  return replaced.replace(/\{\{resolve:secretsmanager:[^}]*\}\}/g, secret)
}
