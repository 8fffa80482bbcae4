import { CfnOutput, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { Alarms } from './constructs/alarms.ts'
import { Api } from './constructs/api.ts'
import { Dashboard } from './constructs/dashboard.ts'
import { AtriumFunction } from './constructs/function.ts'
import { type Making, Operations } from './constructs/operations.ts'
import { existingIssuer, SignInClient } from './constructs/sign-in.ts'
import { Workers } from './constructs/workers.ts'
import type { DataStack, StackOptions } from './data-stack.ts'
import { functionEnvironment, type SignIn } from './environment.ts'
import type { Resources } from './grants.ts'
import type { Lists } from './lists.ts'
import type { Stage } from './stages.ts'

export interface ServiceStackOptions extends StackOptions {
  readonly data: DataStack
}

/** What runs: the HTTP API, a function for each operation and worker, schedules. All of it can be recreated from the lists. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { stage, lists, codeOf, data, ...props }: ServiceStackOptions) {
    super(scope, id, { ...props, description: `Atrium ${stage.name}: API and functions` })
    const api = new Api(this, 'Api', stage)
    const appUrl = stage.appUrl ?? api.url
    const signIn = signInOf(this, stage, { data, pages: [`${api.url}/invitations`] })
    const environment = functionEnvironment(stage, { data, appUrl, signIn })
    const logGroup = new LogGroup(this, 'Log', { retention: stage.retentionDays.logs, removalPolicy: RemovalPolicy.DESTROY })
    const making: Making = {
      codeOf,
      logGroup,
      resources: resourcesOf(data),
      provisioned: provisionedOf(stage, lists),
      environmentOf: (services) => ({ ...environment, ...(services.includes('payments') && paymentKey(stage)) }),
    }

    const nouns = Map.groupBy(lists.operations, ({ tag }) => tag.replaceAll(' ', ''))
    const routes = [...nouns].map(([noun, operations]) => new Operations(this, noun, { operations, api, making }))
    api.otherwise(notFound(this, making).lambda)
    api.open(stage, lists.operations, routes)
    new Workers(this, 'Workers', { workers: lists.workers, queues: data.queues, making })
    const watched = { stage, data, http: api.http }
    new Dashboard(this, 'Dashboard', { watched, alarms: new Alarms(this, 'Alarms', watched).all })

    new CfnOutput(this, 'ApiUrl', { value: `${api.url}/v1` })
    new CfnOutput(this, 'Issuer', { value: signIn.issuer })
    new CfnOutput(this, 'ClientId', { value: signIn.clientId })
  }
}

const signInOf = (scope: Construct, { identity, appUrl }: Stage, { data, pages }: { data: DataStack; pages: readonly string[] }): SignIn =>
  identity.kind === 'openid' || !data.identity
    ? existingIssuer(identity as Extract<Stage['identity'], { kind: 'openid' }>)
    : new SignInClient(scope, 'SignIn', {
        identity: data.identity,
        pages: [...pages, ...(appUrl ? [`${appUrl}/invitations`] : []), ...(identity.kind === 'cognito' ? identity.callbackUrls : [])],
      })

const resourcesOf = ({ table, queues, mail }: DataStack): Resources => ({
  table: table.tableArn,
  queues: new Map([...queues.byName].map(([name, { queue }]) => [name, queue.queueArn])),
  mail: mail.arns,
})

/** Stripe's secret key, which CloudFormation reads from Secrets Manager during deployment. */
const paymentKey = ({ stripeSecretName }: Stage): Record<string, string> =>
  stripeSecretName ? { STRIPE_API_KEY: SecretValue.secretsManager(stripeSecretName).unsafeUnwrap() } : {}

/** The provisioned concurrency of each operation. Throws if a name is not that of an operation. */
function provisionedOf({ name, provisionedConcurrency = {} }: Stage, { operations }: Lists): Making['provisioned'] {
  const unknown = Object.keys(provisionedConcurrency).filter((each) => !operations.some((operation) => operation.name === each))
  if (unknown.length > 0) throw new Error(`provisionedConcurrency of the stage ${name} names no operation: ${unknown.join(', ')}`)
  return provisionedConcurrency
}

const notFound = (scope: Construct, { codeOf, environmentOf, logGroup }: Making): AtriumFunction =>
  new AtriumFunction(scope, 'NotFound', {
    description: 'Answers 404 to unknown routes',
    code: codeOf('notFound'),
    environment: environmentOf([]),
    logGroup,
    grants: [],
    timeout: Duration.seconds(10),
    kind: 'plain',
  })
