import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DeployedRoute, deployedRoutes } from '#test/infra/deployed-api.ts'
import { functionNameOf, type Resource, type Synthesized } from '#test/infra/synthesized.ts'
import type { Statement } from './iam.ts'
import { account, deployedText, region } from './stand-in-values.ts'

/** A function as Lambda knows it, entirely from the template. */
export interface DeployedFunction {
  readonly name: string
  readonly arn: string
  /** Where its code is. */
  readonly folder: string
  /** `index.handler` */
  readonly handler: string
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly memorySize: number
  /** What its role allows. */
  readonly statements: readonly Statement[]
}

/** Who may call a function, and from where. */
interface Permission {
  readonly functionArn: string
  readonly principal: string
  readonly sourceArn: string
}

/** What delivers a queue's messages to a function. */
interface EventSource {
  readonly queueArn: string
  readonly functionArn: string
  readonly batchSize: number
  readonly reportsFailures: boolean
}

/** A deployment, as far as its templates determine it. */
export interface Deployment {
  readonly functions: readonly DeployedFunction[]
  readonly permissions: readonly Permission[]
  readonly routes: readonly DeployedRoute[]
  readonly apiId: string
  readonly eventSources: readonly EventSource[]
  readonly schedules: readonly { readonly arn: string; readonly functionArns: readonly string[]; readonly isOn: boolean }[]
  readonly queues: readonly { readonly arn: string; readonly url: string }[]
  readonly table: Resource['properties'] & { readonly TableName: string }
  readonly pool: {
    readonly id: string
    readonly arn: string
    readonly issuer: string
    readonly clientId: string
    readonly triggers: Readonly<Record<string, { readonly LambdaArn: string; readonly LambdaVersion: string }>>
  }
  /** Where a configuration set of the sender reports to, and what. */
  readonly mail: {
    readonly configurationSets: Readonly<Record<string, string>>
    readonly reports: readonly { readonly configurationSet: string; readonly topicArn: string; readonly types: readonly string[] }[]
    readonly subscriptions: readonly { readonly topicArn: string; readonly queueArn: string; readonly raw: boolean }[]
  }
  /** The statements of resource policies, of topics and queues. */
  readonly policies: readonly PolicyStatement[]
}

/** A statement of a resource policy, as far as it says which service may do what, and on whose behalf. */
interface PolicyStatement extends Statement {
  readonly service: string | undefined
  readonly sourceArn: string | undefined
}

/** A template's value with every text in it as deployed. */
type Read = (resource: Pick<Resource, 'stack'>, value: unknown) => string

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

// biome-ignore lint/suspicious/noExplicitAny: a policy in a template has any shape
const statementsIn = (read: Read, resource: Resource, document: any): PolicyStatement[] =>
  document.Statement.map(
    ({
      Effect,
      Action,
      Resource,
      Principal,
      Condition = {},
    }: Record<string, unknown> & { Condition?: Record<string, Record<string, unknown>> }) => {
      const conditions = Object.values(Condition).flatMap((each) => Object.entries(each))
      const source = conditions.find(([key]) => key.toLowerCase() === 'aws:sourcearn')?.[1]
      const isAboutHttp = conditions.some(([key, value]) => key === 'aws:SecureTransport' && value === 'false')
      return {
        // The denial of plain http does not matter here, where everything uses https.
        effect: isAboutHttp ? 'none' : String(Effect),
        actions: listOf(Action).map(String),
        resources: listOf(Resource).map((arn) => read(resource, arn)),
        service: (Principal as { Service?: string } | undefined)?.Service,
        sourceArn: source === undefined ? undefined : read(resource, source),
      }
    },
  )

/** The folder of every asset below the one that was synthesized into, by the key of its object in S3. */
function assetFolders(outdir: string): ReadonlyMap<string, string> {
  const manifests = globSync('*.assets.json', { cwd: outdir }).map((file) => JSON.parse(readFileSync(join(outdir, file), 'utf8')))
  const files = manifests.flatMap(({ files }) => Object.values(files as Record<string, { source: { path: string }; destinations: object }>))
  return new Map(
    files.flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }: { objectKey: string }): [string, string] => [objectKey, join(outdir, source.path)]),
    ),
  )
}

/** Reads a deployment from its templates. `run` keeps its table apart from those of other runs. */
export function deploymentOf(synthesized: Synthesized, outdir: string, run: string): Deployment {
  const read: Read = (resource, value) => deployedText(synthesized.text(resource, value), run)
  const folders = assetFolders(outdir)
  const of = (type: string) => synthesized.of(type)
  const only = (type: string): Resource => {
    const [first] = of(type)
    if (!first) throw new Error(`No ${type} in the templates`)
    return first
  }
  const reference = ({ id, stack }: Resource) => read({ stack }, { Ref: id })
  const arnOf = ({ id, stack }: Resource) => read({ stack }, { 'Fn::GetAtt': [id, 'Arn'] })

  const roleOf = ({ stack, properties }: Resource): Resource => {
    const role = of('AWS::IAM::Role').find((each) => each.stack === stack && each.id === properties.Role['Fn::GetAtt'][0])
    if (!role) throw new Error(`No role ${JSON.stringify(properties.Role)} in ${stack}`)
    return role
  }
  const functionOf = (resource: Resource): DeployedFunction => {
    const { Code, Handler, Environment, Timeout = 3, MemorySize = 128 } = resource.properties
    const role = roleOf(resource)
    const variables = Object.entries(Environment?.Variables ?? {})
    const policies: { PolicyDocument: unknown }[] = role.properties.Policies ?? []
    return {
      name: functionNameOf(resource),
      arn: arnOf(resource),
      folder: folders.get(Code.S3Key) ?? `no asset ${Code.S3Key}`,
      handler: Handler,
      environment: Object.fromEntries(variables.map(([name, value]) => [name, read(resource, value)])),
      timeoutSeconds: Timeout,
      memorySize: MemorySize,
      statements: policies.flatMap(({ PolicyDocument }) => statementsIn(read, role, PolicyDocument)),
    }
  }
  /** A function is named by its ARN or by its id alone. */
  const functionArn = (resource: Resource, value: unknown): string => {
    const text = read(resource, value)
    return text.startsWith('arn:') ? text : `arn:aws:lambda:${region}:${account}:function:${text}`
  }

  const pool = only('AWS::Cognito::UserPool')
  const triggers: Record<string, { LambdaArn: unknown; LambdaVersion: string }> = pool.properties.LambdaConfig ?? {}
  const table = only('AWS::DynamoDB::Table')
  return {
    functions: of('AWS::Lambda::Function').map(functionOf),
    permissions: of('AWS::Lambda::Permission').map((resource) => ({
      functionArn: functionArn(resource, resource.properties.FunctionName),
      principal: resource.properties.Principal,
      sourceArn: read(resource, resource.properties.SourceArn),
    })),
    routes: deployedRoutes(synthesized),
    apiId: reference(only('AWS::ApiGatewayV2::Api')),
    eventSources: of('AWS::Lambda::EventSourceMapping').map((resource) => ({
      queueArn: read(resource, resource.properties.EventSourceArn),
      functionArn: functionArn(resource, resource.properties.FunctionName),
      batchSize: resource.properties.BatchSize,
      reportsFailures: (resource.properties.FunctionResponseTypes ?? []).includes('ReportBatchItemFailures'),
    })),
    schedules: of('AWS::Events::Rule').map((resource) => ({
      arn: arnOf(resource),
      functionArns: resource.properties.Targets.map(({ Arn }: { Arn: unknown }) => functionArn(resource, Arn)),
      isOn: resource.properties.State === 'ENABLED',
    })),
    queues: of('AWS::SQS::Queue').map((resource) => ({ arn: arnOf(resource), url: reference(resource) })),
    table: { ...table.properties, TableName: reference(table) },
    pool: {
      id: reference(pool),
      arn: arnOf(pool),
      issuer: read(pool, { 'Fn::GetAtt': [pool.id, 'ProviderURL'] }),
      clientId: reference(only('AWS::Cognito::UserPoolClient')),
      triggers: Object.fromEntries(
        Object.entries(triggers).map(([name, { LambdaArn, LambdaVersion }]) => [
          name,
          { LambdaArn: functionArn(pool, LambdaArn), LambdaVersion },
        ]),
      ),
    },
    mail: {
      configurationSets: Object.fromEntries(
        of('AWS::SES::EmailIdentity').map((resource) => [
          resource.properties.EmailIdentity,
          read(resource, resource.properties.ConfigurationSetAttributes?.ConfigurationSetName ?? ''),
        ]),
      ),
      reports: of('AWS::SES::ConfigurationSetEventDestination').map((resource) => {
        const { EventDestination, ConfigurationSetName } = resource.properties
        const { Enabled, MatchingEventTypes, SnsDestination } = EventDestination
        return {
          configurationSet: read(resource, ConfigurationSetName),
          topicArn: read(resource, SnsDestination.TopicARN),
          types: Enabled ? MatchingEventTypes : [],
        }
      }),
      subscriptions: of('AWS::SNS::Subscription')
        .filter(({ properties }) => properties.Protocol === 'sqs')
        .map((resource) => ({
          topicArn: read(resource, resource.properties.TopicArn),
          queueArn: read(resource, resource.properties.Endpoint),
          raw: resource.properties.RawMessageDelivery === true,
        })),
    },
    policies: [...of('AWS::SNS::TopicPolicy'), ...of('AWS::SQS::QueuePolicy')].flatMap((resource) =>
      statementsIn(read, resource, resource.properties.PolicyDocument),
    ),
  }
}
