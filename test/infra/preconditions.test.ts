import { readFileSync } from 'node:fs'
import { CloudFormationClient, DescribeStackResourcesCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { Stack } from 'aws-cdk-lib'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { newApp } from '#infra/aws/atrium.ts'
import { type Stage, stageOf } from '#infra/aws/stages.ts'
import { Trouble } from '#infra/operate/command.ts'
import { deploy } from '#infra/operate/deploying.ts'
import { findingsAt } from '#infra/operate/preconditions/all.ts'
import { requiredVersion } from '#infra/operate/preconditions/bootstrap.ts'
import { regions } from '#infra/operate/preconditions/region.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { editedProd } from './edited-stage.ts'

const region = 'eu-central-1'
const stage: Stage = editedProd
const through: Stage = { ...stage, identity: { kind: 'cognito', callbackUrls: [], mailThroughSes: true } }

const aws = {
  cloudFormation: mockClient(CloudFormationClient),
  dynamoDb: mockClient(DynamoDBClient),
  lambda: mockClient(LambdaClient),
  secrets: mockClient(SecretsManagerClient),
  ses: mockClient(SESv2Client),
  ssm: mockClient(SSMClient),
}

const named = (name: string) => Object.assign(new Error(`${name} it is`), { name, $metadata: { httpStatusCode: 400 } })

/** An account that is prepared as docs/deployment.md says, before the first deployment of anything. */
beforeEach(() => {
  for (const client of Object.values(aws)) client.reset()
  aws.dynamoDb.on(ListTablesCommand).resolves({ TableNames: [] })
  aws.ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '27' } })
  aws.cloudFormation.on(DescribeStacksCommand).rejects(named('ValidationError'))
  aws.cloudFormation.on(DescribeStackResourcesCommand).rejects(named('ValidationError'))
  aws.ses.on(GetEmailIdentityCommand).rejects(named('NotFoundException'))
  aws.ses.on(GetAccountCommand).resolves({ ProductionAccessEnabled: true, SendingEnabled: true })
  aws.lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { ConcurrentExecutions: 1_000 } })
  aws.secrets.on(DescribeSecretCommand).resolves({ VersionIdsToStages: { one: ['AWSCURRENT'] } })
})

const sender = (status: { VerifiedForSendingStatus: boolean }) => aws.ses.on(GetEmailIdentityCommand).resolves(status)

/** The stage was deployed before, and its stack made the sender. */
const deployed = (domain = stage.mail.domain) => {
  aws.cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [stack('UPDATE_COMPLETE')] })
  const StackResources = [{ ...resource, ResourceType: 'AWS::SES::EmailIdentity', PhysicalResourceId: domain }]
  aws.cloudFormation.on(DescribeStackResourcesCommand).resolves({ StackResources })
}
const stack = (StackStatus: 'UPDATE_COMPLETE') => ({ StackName: 'atrium', CreationTime: new Date(0), StackStatus })
const resource = { LogicalResourceId: 'Identity', Timestamp: new Date(0), ResourceStatus: 'CREATE_COMPLETE' as const }
const stackIs = (which: string, status: string) =>
  aws.cloudFormation
    .on(DescribeStacksCommand, { StackName: `atrium-prod-${which}` })
    .resolves({ Stacks: [stack(status as 'UPDATE_COMPLETE')] })

const found = async (wanted = stage, at = region) =>
  (await findingsAt({ stage: wanted, region: at })).map(({ refuses, text }) => `${refuses ? 'refused' : 'note'}: ${text}`)

test('a shipped stage with domains of its own can be deployed to a prepared account', async () => {
  expect(stageOf('prod').identity).toMatchObject({ kind: 'cognito', mailThroughSes: false })
  expect(await found()).toEqual([])
})

test.for<[string, () => unknown, RegExp, Stage?]>([
  [
    'no bootstrap',
    () => aws.ssm.on(GetParameterCommand).rejects(named('ParameterNotFound')),
    /^refused: eu-central-1: CDK is not bootstrapped .*run npx cdk bootstrap$/,
  ],
  [
    'an old bootstrap',
    () => aws.ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '5' } }),
    /^refused: eu-central-1: CDK's bootstrap is version 5, and version 6 is needed: run npx cdk bootstrap again$/,
  ],
  [
    'a first deployment that failed, and is protected',
    () => stackIs('data', 'ROLLBACK_COMPLETE'),
    /^refused: eu-central-1: the stack atrium-prod-data is ROLLBACK_COMPLETE .*docs\/deployment\.md .*Tear-down/,
  ],
  [
    'a deployment under way',
    () => stackIs('service', 'UPDATE_IN_PROGRESS'),
    /^refused: .*atrium-prod-service is UPDATE_IN_PROGRESS: wait until it is done$/,
  ],
  [
    'a roll-back that failed',
    () => stackIs('service', 'UPDATE_ROLLBACK_FAILED'),
    /^refused: .*aws cloudformation continue-update-rollback --stack-name atrium-prod-service/,
  ],
  [
    'a sender that somebody else made',
    () => sender({ VerifiedForSendingStatus: true }),
    /^refused: eu-central-1: SES knows the sender atrium\.dev already.*mail\.atrium\.dev.*delete-email-identity --email-identity atrium\.dev$/,
  ],
  [
    'a sandbox',
    () => aws.ses.on(GetAccountCommand).resolves({ ProductionAccessEnabled: false, SendingEnabled: true }),
    /^note: eu-central-1: this account is in the SES sandbox.*request production access/,
  ],
  [
    'sending that is paused',
    () => aws.ses.on(GetAccountCommand).resolves({ ProductionAccessEnabled: true, SendingEnabled: false }),
    /^note: eu-central-1: SES has paused sending/,
  ],
  [
    'e-mail through SES before it has verified the sender',
    () => {},
    /^refused: stage prod: identity\.mailThroughSes is true, but in eu-central-1 SES has not verified atrium\.dev.*set it to false/,
    through,
  ],
  [
    'little concurrency',
    () => aws.lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { ConcurrentExecutions: 10 } }),
    /^note: eu-central-1: Lambda runs at most 10 functions at once.*L-B99A9384/,
  ],
  [
    'no secret',
    () => aws.secrets.on(DescribeSecretCommand).rejects(named('ResourceNotFoundException')),
    /^refused: eu-central-1: stripeSecretName of stage prod is "atrium\/prod\/stripe", but .*create-secret --name atrium\/prod\/stripe.*take stripeSecretName out/,
  ],
  [
    'a secret that is about to be deleted',
    () => aws.secrets.on(DescribeSecretCommand).resolves({ DeletedDate: new Date(0) }),
    /^refused: .*restore-secret --secret-id atrium\/prod\/stripe$/,
  ],
  [
    'an empty secret',
    () => aws.secrets.on(DescribeSecretCommand).resolves({ VersionIdsToStages: { one: ['AWSPREVIOUS'] } }),
    /^refused: .*put-secret-value --secret-id atrium\/prod\/stripe/,
  ],
  [
    'a certificate of another region',
    () => {},
    /^refused: stage prod: apiDomain\.certificateArn is "arn:aws:acm:us-east-1:1:certificate\/1", which is not a certificate in eu-central-1/,
    { ...stage, apiDomain: { name: 'api.atrium.dev', certificateArn: 'arn:aws:acm:us-east-1:1:certificate/1' } },
  ],
  [
    'what may not be looked at',
    () => aws.lambda.on(GetAccountSettingsCommand).rejects(named('AccessDeniedException')),
    /^note: eu-central-1: Lambda's concurrency could not be checked \(AccessDeniedException: .*check it yourself/,
  ],
])('%s is found, and the one sentence about it says where, and what to do', async ([, prepare, sentence, wanted]) => {
  prepare()

  expect(await found(wanted)).toEqual([expect.stringMatching(sentence)])
})

test('a deployed stage whose own stack created the sender can be updated', async () => {
  deployed()
  sender({ VerifiedForSendingStatus: true })

  expect(await found(through)).toEqual([])
  expect(await found()).toEqual([expect.stringMatching(/^note: stage prod: .*set identity\.mailThroughSes to true/)])
})

test('a deployed stage is refused too if its new sender already exists, or if it sends through SES in the sandbox', async () => {
  deployed('old.atrium.dev')
  sender({ VerifiedForSendingStatus: true })
  aws.ses.on(GetAccountCommand).resolves({ ProductionAccessEnabled: false })

  expect(await found(through)).toEqual([
    expect.stringMatching(/^refused: .*SES knows the sender/),
    expect.stringMatching(/^note: .*sandbox/),
    expect.stringMatching(/^refused: stage prod: identity\.mailThroughSes is true, but .*sandbox/),
  ])
})

test('a stack whose creation failed is left to CDK to remove if it is not protected', async () => {
  stackIs('service', 'ROLLBACK_COMPLETE')

  expect(await found()).toEqual([])
})

test.for(['ap-east-1', 'mx-central-1', 'us-gov-west-1', 'cn-north-1', 'moon-1'])('in %s nothing is asked of AWS', async (elsewhere) => {
  expect(await found(stage, elsewhere)).toEqual([
    expect.stringMatching(new RegExp(`^refused: ${elsewhere}: .*Set AWS_REGION to one of af-south-1, `)),
  ])
  for (const client of Object.values(aws)) expect(client.calls()).toEqual([])
})

test('docs/deployment.md lists exactly the supported regions', () => {
  const page = readFileSync(new URL('../../docs/deployment.md', import.meta.url), 'utf8')
  const [, list = ''] = /### Regions that work\n([\s\S]*?)\n### /.exec(page) ?? []

  expect([...list.matchAll(/`([a-z]{2}-[a-z]+-\d)`/g)].map(([, name]) => name).sort()).toEqual([...regions].sort())
})

test('the required bootstrap version is the one that CDK requires for every stack', () => {
  const app = newApp(temporaryFolder())
  new Topic(new Stack(app, 'any'), 'Topic', { enforceSSL: true })

  expect(app.synth().getStackByName('any').requiresBootstrapStackVersion).toBe(requiredVersion)
})

/** Deploys with a CDK that only notes how it is called. */
async function deploying(change: { stage?: Stage; onlyCheck?: boolean; yes?: boolean } = {}) {
  vi.stubEnv('AWS_REGION', region)
  onTestFinished(() => void vi.unstubAllEnvs())
  const [said, ran]: [string[], string[][]] = [[], []]
  const cdk = async (...args: readonly string[]) => {
    ran.push([...args])
    return 7
  }
  const asked = { stage, onlyCheck: false, yes: false, ...change, cdk, say: (line: string) => void said.push(line) }
  const outcome = await deploy(asked).catch((error: Error) => error)
  return { outcome, said, ran }
}

test('a deployment checks first, reports its findings, and then runs CDK with the stage', async () => {
  aws.lambda.on(GetAccountSettingsCommand).resolves({ AccountLimit: { ConcurrentExecutions: 10 } })

  const { outcome, said, ran } = await deploying({ yes: true })

  expect(outcome).toBe(7)
  expect(said).toEqual(['stage prod in eu-central-1', expect.stringMatching(/^note: /), 'The stage is ready to be deployed.'])
  expect(ran).toEqual([['deploy', '--all', '--context', 'stage=prod', '--require-approval', 'never']])
})

test('with --check it only checks', async () => {
  expect(await deploying({ onlyCheck: true })).toMatchObject({ outcome: 0, ran: [] })
})

test.for([true, false])('what stands in the way ends it before CDK is run, all of it at once (only checking: %s)', async (onlyCheck) => {
  aws.ssm.on(GetParameterCommand).rejects(named('ParameterNotFound'))
  aws.secrets.on(DescribeSecretCommand).rejects(named('ResourceNotFoundException'))

  const { outcome, ran } = await deploying({ onlyCheck })

  expect(outcome).toBeInstanceOf(Trouble)
  expect(String(outcome).split('\n')).toEqual([
    expect.stringContaining('CDK is not bootstrapped'),
    expect.stringContaining('Secrets Manager has no secret'),
    'Nothing was changed.',
  ])
  expect(ran).toEqual([])
})
