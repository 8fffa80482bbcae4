import { beforeAll, expect, test } from 'vitest'
import { type Lists, lists } from '#infra/aws/lists.ts'
import { routesOf } from '#shared/http/operation.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import { type Synthesized, synthesized } from './synthesized.ts'

let prod: Synthesized
beforeAll(async () => {
  prod = await synthesized('prod')
})

const lambda = 'AWS::Lambda::Function'
const functionCount = ({ operations, workers, triggers }: Lists): number => operations.length + workers.length + triggers.length + 1

type Described = { readonly name: string; readonly summary: string }
const descriptionOf = ({ name, summary }: Described): string => `${name}: ${summary}`

const functionOf = (described: Described) => {
  const found = prod.of(lambda).filter(({ properties }) => properties.Description === descriptionOf(described))
  expect(found).toHaveLength(1)
  return found[0]!
}

test('every operation has one function and its routes, and one more function answers every other path', () => {
  const wanted = lists.operations.flatMap(routesOf).map(({ method, path }) => `${method} ${path}`)
  const routes = prod.of('AWS::ApiGatewayV2::Route').map(({ properties }) => properties.RouteKey)

  expect(routes.toSorted()).toEqual([...wanted, '$default'].toSorted())
  for (const operation of lists.operations) functionOf(operation)
  expect(prod.of(lambda)).toHaveLength(functionCount(lists))
})

test('every function runs Node 24 on arm64, with its own role and limited log retention', () => {
  const functions = prod.of(lambda)
  const roles = functions.map(({ stack, properties }) => `${stack} ${JSON.stringify(properties.Role)}`)

  for (const { properties } of functions) expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
  for (const { properties } of functions) expect(properties.LoggingConfig.LogGroup).toBeDefined()
  for (const { properties } of prod.of('AWS::Logs::LogGroup')) expect(properties.RetentionInDays).toBe(14)
  expect(new Set(roles).size).toBe(functions.length)
})

test('no role allows every action, or an action on everything, and none has a managed policy', () => {
  for (const { properties } of prod.of('AWS::IAM::Role')) {
    const statements = (properties.Policies ?? []).flatMap(
      (policy: { PolicyDocument: { Statement: object[] } }) => policy.PolicyDocument.Statement,
    )
    expect(properties.ManagedPolicyArns).toBeUndefined()
    for (const { Action, Resource } of statements) {
      expect([Action].flat().filter((action) => action.includes('*'))).toEqual([])
      expect([Resource].flat()).not.toContain('*')
    }
  }
  expect(prod.of('AWS::IAM::Policy')).toEqual([])
})

test('every queue worker reports partial batch failures, and its queue hides messages for six times its timeout', () => {
  const sources = prod.of('AWS::Lambda::EventSourceMapping')
  const visibilities = prod.of('AWS::SQS::Queue').flatMap(({ properties }) => properties.VisibilityTimeout ?? [])
  const timeouts = lists.workers.filter(isQueueWorker).map((worker) => functionOf(worker).properties.Timeout)

  expect(sources.map(({ properties }) => properties.BatchSize)).toEqual(
    lists.workers.filter(isQueueWorker).map(({ batchSize }) => batchSize),
  )
  for (const { properties } of sources) {
    expect(properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
    expect(properties.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2)
  }
  expect(visibilities).toEqual(timeouts.map((seconds) => 6 * seconds))
})

test('every scheduled worker has a schedule', () => {
  const minutes = lists.workers.flatMap((worker) => (isQueueWorker(worker) ? [] : [worker.everyMinutes]))
  const rules = prod.of('AWS::Events::Rule')
  const inMinutes = (rate: string) =>
    Number.parseInt(rate.slice('rate('.length), 10) * (/hour/.test(rate) ? 60 : /day/.test(rate) ? 1440 : 1)

  expect(rules.map(({ properties }) => inMinutes(properties.ScheduleExpression)).toSorted()).toEqual(minutes.toSorted())
})

test('only the two workers that continue their own work may send to the queue that they consume', () => {
  const looping = prod.of(lambda).filter(({ properties }) => properties.RecursiveLoop === 'Allow')

  expect(looping.map(({ properties }) => [properties.Description.split(':')[0], properties.Timeout]).toSorted()).toEqual([
    ['runDeletion', 60],
    ['updateMembers', 30],
  ])
})

test('the key of the payment provider is a reference, and only where payments are made', () => {
  const carrying = prod.of(lambda).filter(({ properties }) => 'STRIPE_API_KEY' in properties.Environment.Variables)
  const needing = [...lists.operations, ...lists.workers].filter(({ services }) => (services as readonly string[]).includes('payments'))

  expect(carrying.map(({ properties }) => properties.Description).toSorted()).toEqual(needing.map(descriptionOf).toSorted())
  for (const { properties } of carrying) expect(properties.Environment.Variables.STRIPE_API_KEY).toMatch(/^\{\{resolve:secretsmanager:/)
})

test('no stack comes near the limit of 500 resources, even with 40 more operations', async () => {
  const [pattern] = lists.operations
  const more = Array.from({ length: 40 }, (_, i) => ({ ...pattern!, name: `more${i}`, path: `/v1/more${i}` }))
  const grown = await synthesized('prod', { ...lists, operations: [...lists.operations, ...more] })

  expect(Math.max(...prod.counts.values())).toBeLessThan(450)
  expect(Math.max(...grown.counts.values())).toBeLessThan(450)
})
