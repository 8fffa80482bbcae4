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

  test('resources that hold data are kept or deleted as the stage says, even if a change would replace them', () => {
    const wanted = stage.keepsData ? 'Retain' : 'Delete'
    const holding = ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool'].flatMap(made.of)

    expect(holding).toHaveLength(2)
    for (const { deletionPolicy, replacePolicy } of holding) expect([deletionPolicy, replacePolicy]).toEqual([wanted, wanted])
  })

  test('the data stack cannot be deleted by mistake if the stage keeps its data', () => {
    expect(made.protectedStacks).toEqual(stage.keepsData ? [`atrium-${name}-data`] : [])
  })

  test('a message stays hidden for at least six times its worker’s timeout, which is a minute at most', () => {
    const sources = made.of('AWS::Lambda::EventSourceMapping')

    expect(sources.length).toBeGreaterThan(0)
    for (const source of sources) {
      const { Timeout } = targetOf(source, source.properties.FunctionName).properties
      const { VisibilityTimeout } = targetOf(source, source.properties.EventSourceArn).properties
      expect(Timeout).toBeLessThanOrEqual(60)
      expect(VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout)
    }
  })

  test('a worker’s concurrency is limited at its event source, and no function reserves any', () => {
    for (const { properties } of made.of('AWS::Lambda::EventSourceMapping')) {
      expect(properties.ScalingConfig.MaximumConcurrency).toBe(10)
      expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
    }
    for (const { properties } of made.of(lambda)) expect(properties.ReservedConcurrentExecutions).toBeUndefined()
  })

  test('Lambda stops every recursive loop except the two intended ones, of workers that continue through their own queue', () => {
    const allowed = made.of(lambda).filter(({ properties }) => properties.RecursiveLoop === 'Allow')
    const other = made.of(lambda).filter(({ properties }) => !['Allow', 'Terminate', undefined].includes(properties.RecursiveLoop))

    expect(allowed.map(functionNameOf).toSorted()).toEqual(['runDeletion', 'updateMembers'])
    expect(other).toEqual([])
  })

  test('a dead letter stays in its own queue for 14 days, longer than in any queue that it could come from', () => {
    const working = made.of('AWS::SQS::Queue').filter(({ properties }) => properties.RedrivePolicy)

    for (const queue of working) {
      const dead = targetOf(queue, queue.properties.RedrivePolicy.deadLetterTargetArn)
      expect(dead.properties.RedrivePolicy).toBeUndefined()
      expect(dead.properties.MessageRetentionPeriod).toBe(14 * 86_400)
      expect(queue.properties.RedrivePolicy.maxReceiveCount).toBe(5)
    }
  })

  test('every function answers before API Gateway gives up, and logs to a group of the stage with limited retention', () => {
    for (const fn of made.of(lambda)) {
      const log = targetOf(fn, fn.properties.LoggingConfig.LogGroup)
      expect(fn.properties.Timeout).toBeLessThanOrEqual(functionNameOf(fn) === 'runDeletion' ? 60 : 30)
      expect(fn.properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' })
      expect(log.type).toBe('AWS::Logs::LogGroup')
    }
    for (const { properties } of made.of('AWS::Logs::LogGroup')) expect(properties.RetentionInDays).toBe(stage.retentionDays.logs)
  })

  test('everything at rest is encrypted: the queues explicitly, the table and the logs by default', () => {
    for (const { properties } of made.of('AWS::SQS::Queue')) expect(properties.SqsManagedSseEnabled).toBe(true)
    // DynamoDB and CloudWatch Logs encrypt with keys of their own where a template names none; it could only name another one.
    for (const { properties } of made.of('AWS::DynamoDB::Table')) expect(properties.SSESpecification?.SSEEnabled).not.toBe(false)
  })

  test('no stack’s output or resource shows a secret', () => {
    const texts = made.resources.map(({ properties }) => JSON.stringify(properties))

    for (const text of texts) expect(text).not.toMatch(/sk_(test|live)_|AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY/)
  })
})
