import { beforeAll, expect, test } from 'vitest'
import { type Resource, type Synthesized, synthesized } from './synthesized.ts'

/** A `*` that stands in a template. */
interface Wildcard {
  readonly type: string
  /** The way to it within the resource, without numbers. */
  readonly at: string
  readonly value: string
}

/** Every one that there may be, and why nothing finer is there. */
const explained: readonly (Wildcard & { readonly why: string })[] = [
  { type: 'AWS::SQS::QueuePolicy', at: 'PolicyDocument.Statement.Action', value: 'sqs:*', why: 'A Deny: of nothing over plain http.' },
  { type: 'AWS::SQS::QueuePolicy', at: 'PolicyDocument.Statement.Principal.AWS', value: '*', why: 'A Deny: to nobody over plain http.' },
  { type: 'AWS::SNS::TopicPolicy', at: 'PolicyDocument.Statement.Principal', value: '*', why: 'A Deny: to nobody over plain http.' },
  {
    type: 'AWS::Lambda::Permission',
    at: 'SourceArn.Fn::Join',
    value: '/*/*',
    why: 'Stage and method of the one API, which has one stage; CDK writes them so, and the route that may call follows.',
  },
]

function wildcardsIn(type: string, value: unknown, at: readonly string[] = []): Wildcard[] {
  if (typeof value === 'string')
    return value.includes('*') ? [{ type, at: at.join('.'), value: value.replace(/^(\/\*\/\*).*$/, '$1') }] : []
  if (Array.isArray(value)) return value.flatMap((each) => wildcardsIn(type, each, at))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => wildcardsIn(type, each, [...at, name]))
}

/** Where a `*` is a figure of speech: dashboards and the like are no permissions. */
const isPermission = ({ type }: Resource): boolean => /::(Policy|\w+Policy|Role|Permission|ManagedPolicy)$/.test(type)

let prod: Synthesized
beforeAll(async () => {
  prod = await synthesized('prod')
})

const lineOf = ({ type, at, value }: Wildcard): string => `${type} ${at} ${value}`

test('no permission has an unexplained wildcard', () => {
  const found = prod.resources.filter(isPermission).flatMap(({ type, properties }) => wildcardsIn(type, properties))

  expect(new Set(found.map(lineOf))).toEqual(new Set(explained.map(lineOf)))
})

test('a queue’s or topic’s policy that applies to everyone or everything is a denial', () => {
  const statements = prod.resources
    .filter(({ type }) => /QueuePolicy|TopicPolicy/.test(type))
    .flatMap(({ properties }) => properties.PolicyDocument.Statement)

  for (const statement of statements) if (wildcardsIn('', statement).length > 0) expect(statement.Effect).toBe('Deny')
})

// The ARN that CloudFormation gives of a log group ends with `:*`, for every stream of it: Lambda names its streams while it runs.
test('roles may write only to their own stack’s log', () => {
  for (const role of prod.of('AWS::IAM::Role')) {
    const statements = (role.properties.Policies ?? []).flatMap(
      ({ PolicyDocument }: { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } }) =>
        PolicyDocument.Statement,
    )
    for (const { Action, Resource } of statements) {
      const isLog = [Resource].flat().some((arn) => prod.text(role, arn).startsWith('<AWS::Logs::LogGroup'))
      if (isLog) expect(Action).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
    }
  }
})
