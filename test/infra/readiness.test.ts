import { expect, test } from 'vitest'
import { stages } from '#infra/aws/stages.ts'
import { problemsOf } from '#infra/operate/readiness.ts'
import { editedProd } from './edited-stage.ts'

const prod = stages.find(({ name }) => name === 'prod')!
test('the shipped stages cannot be deployed before their example domains are replaced', () => {
  expect(problemsOf(prod).map((problem) => problem.replace(/ is .*/, ''))).toEqual([
    'stage prod: mail.domain',
    'stage prod: appUrl',
    'stage prod: alarmEmail',
    'stage prod: identity.callbackUrls',
  ])
  for (const stage of stages) expect(problemsOf(stage)).not.toEqual([])
})

test('a stage with domains of its own is ready', () => {
  expect(problemsOf(editedProd)).toEqual([])
})

test.for([
  [{ mail: { domain: 'atrium.dev', from: 'Atrium <no-reply@other.dev>' } }, 'not an address at mail.domain (atrium.dev)'],
  [{ appUrl: 'app.atrium.dev' }, 'appUrl is "app.atrium.dev", which is not a URL'],
  [{ appUrl: 'http://app.atrium.dev' }, 'appUrl is "http://app.atrium.dev", which is not https'],
  [{ appUrl: 'https://app.atrium.dev/' }, 'appUrl is "https://app.atrium.dev/", which ends in a slash'],
  [
    { identity: { kind: 'cognito', callbackUrls: ['http://app.atrium.dev/'], mailThroughSes: false } },
    'identity.callbackUrls is "http://app.atrium.dev/", which is not https',
  ],
  [{ apiDomain: { name: 'api.example.org', certificateArn: 'arn' } }, 'apiDomain.name is "api.example.org"'],
] as const)('with %o it is not', ([change, problem]) => {
  expect(problemsOf({ ...editedProd, ...change })).toEqual([expect.stringContaining(problem)])
})
