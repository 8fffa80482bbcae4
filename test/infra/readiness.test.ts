import { expect, test } from 'vitest'
import { type Stage, stages } from '#infra/aws/stages.ts'
import { problemsOf } from '#infra/operate/readiness.ts'

const prod = stages.find(({ name }) => name === 'prod')!
const edited: Stage = {
  ...prod,
  appUrl: 'https://app.atrium.dev',
  alarmEmail: 'operations@atrium.dev',
  mail: { domain: 'atrium.dev', from: 'Atrium <no-reply@atrium.dev>' },
  identity: { kind: 'cognito', callbackUrls: ['https://app.atrium.dev/', 'http://localhost:5173/'], mailThroughSes: true },
}

test('the stages as they come are not deployed before somebody has put domains of their own there', () => {
  expect(problemsOf(prod).map((problem) => problem.replace(/ is .*/, ''))).toEqual([
    'stage prod: mail.domain',
    'stage prod: appUrl',
    'stage prod: alarmEmail',
    'stage prod: identity.callbackUrls',
  ])
  for (const stage of stages) expect(problemsOf(stage)).not.toEqual([])
})

test('a stage with domains of its own is ready', () => {
  expect(problemsOf(edited)).toEqual([])
})

test.for([
  [{ mail: { domain: 'atrium.dev', from: 'Atrium <no-reply@other.dev>' } }, 'no address at mail.domain (atrium.dev)'],
  [{ appUrl: 'app.atrium.dev' }, 'appUrl is "app.atrium.dev", which is no URL'],
  [{ apiDomain: { name: 'api.example.org', certificateArn: 'arn' } }, 'apiDomain.name is "api.example.org"'],
] as const)('with %o it is not', ([change, problem]) => {
  expect(problemsOf({ ...edited, ...change })).toEqual([expect.stringContaining(problem)])
})
