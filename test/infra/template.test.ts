import { beforeAll, describe, expect, test } from 'vitest'
import { stageOf } from '#infra/aws/stages.ts'
import { functionNameOf, type Resource, type Synthesized, synthesized } from './synthesized.ts'

const lambda = 'AWS::Lambda::Function'

describe.for(['dev', 'prod'])('in the stage %s', (name) => {
  const stage = stageOf(name)
  let made: Synthesized
  beforeAll(async () => {
    made = await synthesized(name)
  })

  /** What a value of a resource refers to. */
  const targetOf = (resource: Resource, value: unknown): Resource => {
    const [, id] = /^<\S+ (\w+)(?:\.Arn)?>$/.exec(made.text(resource, value)) ?? []
    const found = made.resources.find((each) => each.id === id)
    if (!found) throw new Error(`${resource.id} refers to nothing: ${JSON.stringify(value)}`)
    return found
  }

  test('what holds data stays or goes as the stage says, also where a change would replace it', () => {
    const wanted = stage.keepsData ? 'Retain' : 'Delete'
    const holding = ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool'].flatMap(made.of)

    expect(holding).toHaveLength(2)
    for (const { deletionPolicy, replacePolicy } of holding) expect([deletionPolicy, replacePolicy]).toEqual([wanted, wanted])
  })

  test('the stack of what holds data cannot be deleted by mistake, where the stage keeps it', () => {
    expect(made.protectedStacks).toEqual(stage.keepsData ? [`atrium-${name}-data`] : [])
  })

  test('a message is hidden at least six times as long as its worker may run, which is a minute at most', () => {
    const sources = made.of('AWS::Lambda::EventSourceMapping')

    expect(sources.length).toBeGreaterThan(0)
    for (const source of sources) {
      const { Timeout } = targetOf(source, source.properties.FunctionName).properties
      const { VisibilityTimeout } = targetOf(source, source.properties.EventSourceArn).properties
      expect(Timeout).toBeLessThanOrEqual(60)
      expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout)
    }
  })

  test('how many of a worker run at once is limited where its messages come from, and no function reserves any', () => {
    for (const { properties } of made.of('AWS::Lambda::EventSourceMapping')) {
      expect(properties.ScalingConfig.MaximumConcurrency).toBe(10)
      expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
    }
    for (const { properties } of made.of(lambda)) expect(properties.ReservedConcurrentExecutions).toBeUndefined()
  })

  test('Lambda stops every loop but the two that are meant: of workers that go on through their own queue', () => {
    const allowed = made.of(lambda).filter(({ properties }) => properties.RecursiveLoop === 'Allow')
    const other = made.of(lambda).filter(({ properties }) => !['Allow', 'Terminate', undefined].includes(properties.RecursiveLoop))

    expect(allowed.map(functionNameOf).toSorted()).toEqual(['runDeletion', 'updateMembers'])
    expect(other).toEqual([])
  })

  test('a dead letter stays in a queue of its own for 14 days, longer than anything that could have put it there', () => {
    const working = made.of('AWS::SQS::Queue').filter(({ properties }) => properties.RedrivePolicy)

    for (const queue of working) {
      const dead = targetOf(queue, queue.properties.RedrivePolicy.deadLetterTargetArn)
      expect(dead.properties.RedrivePolicy).toBeUndefined()
      expect(dead.properties.MessageRetentionPeriod).toBe(14 * 86_400)
      expect(queue.properties.RedrivePolicy.maxReceiveCount).toBe(5)
    }
  })

  test('every function answers before API Gateway gives up, and its log is a group of the stage that ends', () => {
    for (const fn of made.of(lambda)) {
      const log = targetOf(fn, fn.properties.LoggingConfig.LogGroup)
      expect(fn.properties.Timeout).toBeLessThanOrEqual(functionNameOf(fn) === 'runDeletion' ? 60 : 30)
      expect(fn.properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' })
      expect(log.type).toBe('AWS::Logs::LogGroup')
    }
    for (const { properties } of made.of('AWS::Logs::LogGroup')) expect(properties.RetentionInDays).toBe(stage.retentionDays.logs)
  })

  test('everything at rest is encrypted: the queues say so, the table and the logs are by themselves', () => {
    for (const { properties } of made.of('AWS::SQS::Queue')) expect(properties.SqsManagedSseEnabled).toBe(true)
    // DynamoDB and CloudWatch Logs encrypt with keys of their own where a template names none; it could only name another one.
    for (const { properties } of made.of('AWS::DynamoDB::Table')) expect(properties.SSESpecification?.SSEEnabled).not.toBe(false)
  })

  test('no stack has an output or a resource that shows a secret', () => {
    const texts = made.resources.map(({ properties }) => JSON.stringify(properties))

    for (const text of texts) expect(text).not.toMatch(/sk_(test|live)_|AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY/)
  })
})
