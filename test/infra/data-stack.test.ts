import { beforeAll, expect, test } from 'vitest'
import { lists } from '#infra/aws/lists.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import { type Resource, type Synthesized, synthesized } from './synthesized.ts'

let prod: Synthesized
beforeAll(async () => {
  prod = await synthesized('prod')
})

const only = (type: string): Resource => {
  const found = prod.of(type)
  expect(found).toHaveLength(1)
  return found[0]!
}

test('the table can be restored to any second of 7 days, expires items by ttl, and is deleted neither with its stack nor by mistake', () => {
  const table = only('AWS::DynamoDB::Table')

  expect(table.properties).toMatchObject({
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
    TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
  })
  expect(table.deletionPolicy).toBe('Retain')
})

test('every queue is encrypted, refuses plain http, and moves messages that failed five times to its own dead-letter queue', () => {
  const queues = prod.of('AWS::SQS::Queue')
  const working = queues.filter(({ properties }) => properties.RedrivePolicy)
  const refusing = prod.of('AWS::SQS::QueuePolicy').map(({ properties }) => properties.PolicyDocument.Statement)

  const count = lists.workers.filter(isQueueWorker).length
  expect(working).toHaveLength(count)
  expect(queues).toHaveLength(2 * count)
  expect(working.map(({ properties }) => properties.RedrivePolicy.maxReceiveCount)).toEqual(Array(count).fill(5))
  expect(new Set(working.map(({ properties }) => JSON.stringify(properties.RedrivePolicy.deadLetterTargetArn))).size).toBe(count)
  for (const { properties } of queues) expect(properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 })
  expect(refusing).toHaveLength(2 * count)
  for (const statement of refusing)
    expect(statement).toContainEqual(expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }))
})

test('people sign up with an address that they verify, in a pool that outlives its stack and calls a V2 trigger', () => {
  const pool = only('AWS::Cognito::UserPool')

  expect(pool.properties).toMatchObject({
    UserPoolTier: 'ESSENTIALS',
    AutoVerifiedAttributes: ['email'],
    UsernameAttributes: ['email'],
    DeletionProtection: 'ACTIVE',
    LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: 'V2_0' } },
  })
  expect(pool.deletionPolicy).toBe('Retain')
  expect(only('AWS::Cognito::UserPoolDomain').properties.ManagedLoginVersion).toBe(2)
})

test('the client is public, uses the code grant and not the implicit one, and redirects to the invitation page', () => {
  const { properties } = only('AWS::Cognito::UserPoolClient')

  expect(properties).toMatchObject({ GenerateSecret: false, AllowedOAuthFlows: ['code'], AllowedOAuthFlowsUserPoolClient: true })
  expect(properties.CallbackURLs).toContain('https://app.example.com/invitations')
})

test('the sender is a domain that SES verifies', () => {
  expect(only('AWS::SES::EmailIdentity').properties.EmailIdentity).toBe('example.com')
})

test('SES’s e-mail events go through a topic that only its configuration set may publish to, raw, into the worker’s queue', () => {
  const { properties: destination } = only('AWS::SES::ConfigurationSetEventDestination')
  const { properties: subscription } = prod.of('AWS::SNS::Subscription').find(({ properties }) => properties.Protocol === 'sqs')!
  const policy = prod.of('AWS::SNS::TopicPolicy').find(({ properties }) => properties.Topics[0].Ref === subscription.TopicArn.Ref)!
  const { Statement } = policy.properties.PolicyDocument

  expect(destination.EventDestination.MatchingEventTypes.toSorted()).toEqual(['bounce', 'complaint', 'delivery', 'reject'])
  expect(subscription).toMatchObject({ RawMessageDelivery: true })
  expect(JSON.stringify(subscription.Endpoint)).toContain('MailEvents')
  expect(Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow')).toEqual([
    expect.objectContaining({
      Action: 'sns:Publish',
      Principal: { Service: 'ses.amazonaws.com' },
      Condition: { StringEquals: expect.objectContaining({ 'AWS:SourceArn': expect.anything() }) },
    }),
  ])
})
