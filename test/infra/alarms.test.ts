import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { lists } from '#infra/aws/lists.ts'
import { stageOf } from '#infra/aws/stages.ts'
import { metricUnits } from '#shared/metrics.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import { type Resource, type Synthesized, synthesized } from './synthesized.ts'

let prod: Synthesized
let alarms: ReadonlyMap<string, Resource>

const shortName = ({ properties }: Resource): string => properties.AlarmName.replace('atrium-prod-', '')

beforeAll(async () => {
  prod = await synthesized('prod')
  alarms = new Map(prod.of('AWS::CloudWatch::Alarm').map((alarm) => [shortName(alarm), alarm]))
})

const text = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8')
const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)

/** A heading's anchor as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

const linkIn = ({ properties }: Resource): string => /docs\/runbook\.md#([\w-]+)$/.exec(properties.AlarmDescription)?.[1] ?? ''

const queues = lists.workers.filter(isQueueWorker).map(({ queue }) => queue as string)

test('there are exactly these alarms, and each decides what missing data means', () => {
  const found = [...alarms].map(([name, { properties }]) => `${name}: ${properties.TreatMissingData}`)
  const listed = Object.entries({
    ...Object.fromEntries(queues.map((queue) => [`${queue}-dead-letters`, 'notBreaching'])),
    'deletion-late': 'notBreaching',
    'clean-up-not-run': 'breaching',
    'server-errors': 'notBreaching',
    throttles: 'notBreaching',
    'work-failing': 'notBreaching',
    'charges-refused': 'notBreaching',
    'charges-put-off': 'notBreaching',
    'provider-rejects-us': 'notBreaching',
    'charge-too-large': 'notBreaching',
    'bounce-rate': 'ignore',
    'complaint-rate': 'ignore',
    'sign-in-preTokenGeneration': 'notBreaching',
  }).map(([name, missing]) => `${name}: ${missing}`)

  expect(
    found.filter((each) => !listed.includes(each)),
    'add these to this test',
  ).toEqual([])
  expect(
    listed.filter((each) => !found.includes(each)),
    'add these to infra/aws/constructs/alarm-definitions.ts',
  ).toEqual([])
})

test('every alarm says what users lose, and links to an existing section of the runbook', () => {
  const anchors = headings.map(anchorOf)

  for (const [name, alarm] of alarms) {
    expect(anchors, name).toContain(linkIn(alarm))
    expect(alarm.properties.AlarmDescription, name).toMatch(/^[A-Z].{30,}\. What to do: /)
  }
})

test('every alarm’s section of the runbook says what is lost, how to look, what to do and when it is over', () => {
  for (const anchor of new Set([...alarms.values()].map(linkIn))) {
    const heading = headings.find((each) => anchorOf(each) === anchor) ?? ''
    const [, paragraph = ''] = text.split(`## ${heading}\n`)
    const [own = ''] = paragraph.split(/^## /m)
    for (const part of ['What it means', 'What a person loses', 'How to look', 'What to do', 'When it is over'])
      expect(own, `${heading}: ${part}`).toContain(`**${part}.**`)
  }
})

test('the runbook contains every alarm’s name, so that a search for it succeeds', () => {
  const unnamed = [...alarms.keys()].filter((name) => !text.includes(`\`${name}\``))

  expect(unnamed, 'name these in docs/runbook.md, after `Alarm:` of their paragraph').toEqual([])
})

test('every dead-letter queue has an alarm that is raised by the first message', () => {
  for (const queue of queues) {
    const { properties } = alarms.get(`${queue}-dead-letters`)!

    expect(properties).toMatchObject({ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 1 })
    expect(properties.MetricName).toBe('ApproximateNumberOfMessagesVisible')
    expect(JSON.stringify(properties.Dimensions)).toMatch(new RegExp(`${queue}Dead`, 'i'))
  }
})

test('alarms watch sums over all operations, so that their number does not grow with the operations', async () => {
  const [pattern] = lists.operations
  const more = Array.from({ length: 5 }, (_, i) => ({ ...pattern!, name: `more${i}`, path: `/v1/more${i}` }))

  const grown = await synthesized('prod', { ...lists, operations: [...lists.operations, ...more] })

  expect(grown.of('AWS::CloudWatch::Alarm')).toHaveLength(alarms.size)
})

test('alarms read workers’ metrics from where their functions write them', () => {
  const namespace = new Set(
    prod.of('AWS::Lambda::Function').flatMap(({ properties }) => properties.Environment?.Variables.POWERTOOLS_METRICS_NAMESPACE ?? []),
  )
  const own = [...alarms.values()].filter(({ properties }) => Object.keys(metricUnits).includes(properties.MetricName))

  expect(own.map(({ properties }) => properties.MetricName).toSorted()).toEqual(Object.keys(metricUnits).toSorted())
  for (const { properties } of own) {
    expect([properties.Namespace]).toEqual([...namespace])
    expect(properties.Dimensions).toEqual([{ Name: 'service', Value: 'atrium' }])
  }
})

test('the throttles of the account, the table and each index are one sum', () => {
  const { Metrics } = alarms.get('throttles')!.properties

  expect(Metrics).toHaveLength(8)
  expect(Metrics.filter(({ ReturnData = true }) => ReturnData)).toEqual([
    expect.objectContaining({ Expression: 'SUM([t0, t1, t2, t3, t4, t5, t6])' }),
  ])
})

describe('the alarm topic', () => {
  test('is notified by every alarm when it begins and when it is over', () => {
    const subscriptions = prod.of('AWS::SNS::Subscription').filter(({ properties }) => properties.Protocol === 'email')

    expect(subscriptions.map(({ properties }) => properties.Endpoint)).toEqual([stageOf('prod').alarmEmail])
    for (const { properties } of alarms.values()) {
      expect(properties.AlarmActions).toEqual([subscriptions[0]?.properties.TopicArn])
      expect(properties.OKActions).toEqual(properties.AlarmActions)
    }
  })

  test('is encrypted with a key that CloudWatch may use, and accepts nothing over plain http', () => {
    const topic = prod.of('AWS::SNS::Topic').find(({ properties }) => properties.DisplayName === 'Atrium alarms')!
    const key = prod.of('AWS::KMS::Key').find(({ id }) => topic.properties.KmsMasterKeyId['Fn::GetAtt'][0] === id)!
    const policy = prod.of('AWS::SNS::TopicPolicy').find(({ properties }) => properties.Topics[0].Ref === topic.id)!
    const cloudWatch = { Principal: { Service: 'cloudwatch.amazonaws.com' }, Effect: 'Allow' }
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }

    expect(key.properties.EnableKeyRotation).toBe(true)
    expect(key.properties.KeyPolicy.Statement).toContainEqual(expect.objectContaining({ ...cloudWatch, Condition: ofThisAccount }))
    expect(policy.properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ ...cloudWatch, Action: 'sns:Publish', Condition: ofThisAccount }),
    )
    expect(policy.properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    )
  })

  test('does not exist in a stage without an address, which still has the alarms', async () => {
    const dev = await synthesized('dev')
    const quiet = dev.of('AWS::CloudWatch::Alarm')

    expect(quiet).toHaveLength(alarms.size)
    expect(quiet.filter(({ properties }) => properties.AlarmActions)).toEqual([])
    expect(dev.of('AWS::KMS::Key')).toEqual([])
  })
})

test('one dashboard shows the state of every alarm', () => {
  const dashboards = prod.of('AWS::CloudWatch::Dashboard')

  expect(dashboards).toHaveLength(1)
  const body = JSON.stringify(dashboards[0]?.properties.DashboardBody)
  for (const { id } of alarms.values()) expect(body).toContain(id)
})
