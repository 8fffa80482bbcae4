import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, inject, onTestFinished, test } from 'vitest'
import { type Service, startService } from '#infra/local/service.ts'
import { tableDefinition } from '#shared/table/design/table-definition.ts'
import { callerWith, signedIn } from './caller.ts'
import { operate } from './operate.ts'
import { temporaryDataDir } from './temp.ts'

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const nowhere = `ws_${'0'.repeat(26)}`

async function service(): Promise<Service> {
  const env = { DYNAMODB_ENDPOINT: inject('dynamodbEndpoint'), TABLE_NAME: `operators-${Math.random().toString(36).slice(2)}` }
  const started = await startService({ dataDir: await temporaryDataDir(), port: 0, env })
  onTestFinished(started.stop)
  return started
}

/** The settings with which a command finds the tests' database in place of AWS. */
const aws = () => ({
  AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
})

test('smoke walks the whole story against a local service, and leaves no workspace', async () => {
  const { url } = await service()

  const { code, stdout, stderr } = await operate('smoke', [`${url}/v1`])

  expect([code, stderr]).toEqual([0, ''])
  expect(stdout.split('\n').map((line) => line.replace(/[a-z]+_\w+|http\S+/, '…'))).toEqual([
    'ok  the API answers; people sign in at …',
    'ok  account …',
    'ok  workspace …',
    'ok  invitation sent',
    'ok  the second person joins, with a new account',
    'ok  makes a project, leaves, and is out',
    'ok  an API key reports usage, counted once: 0 usd',
    'ok  the workspace is deleted: everybody is out, the key is dead',
    'ok  invoice ATR-000001 paid, 7 items erased',
    '',
  ])
})

test('smoke with one token works without a second person, and support then finds what is left', async () => {
  const { url } = await service()
  const ann = await signedIn(url, 'ann@example.com')

  const { code, stdout } = await operate('smoke', [url], { ATRIUM_TOKEN: ann.token })
  const [, workspaceId = ''] = /workspace (ws_\w+)/.exec(stdout) ?? []
  const support = await operate('support', [workspaceId, '--url', url])
  const left = await callerWith(url, ann.token).request<{ data: object[] }>('GET', '/workspaces')

  expect([code, stdout]).toEqual([0, expect.stringContaining('nobody joins')])
  expect([support.code, support.stderr]).toEqual([0, ''])
  expect(support.stdout).toMatch(/deleted\n(.*\n)*.*purgeData done/)
  expect(left.body.data).toHaveLength(1)
})

test('smoke stops at the first wrong answer, says what it expected, and deletes what it created', async () => {
  const { url } = await service()
  const ann = await signedIn(url, 'ann@example.com')
  await fetch(`${url}/local/faults`, {
    method: 'PUT',
    body: JSON.stringify({ ses: 'refuse' }),
    headers: { 'content-type': 'application/json' },
  })

  const { code, stdout, stderr } = await operate('smoke', [url, '--token', ann.token, '--timeout', '1'])

  const left = await callerWith(url, ann.token).request<{ data: { name: string }[] }>('GET', '/workspaces')
  expect([code, stdout.trim().split('\n').length]).toEqual([1, 3])
  expect(stderr).toMatch(/^The invitation is not sent within 1 s: last seen .*"delivery":"queued".*\n$/)
  expect(left.body.data.map(({ name }) => name)).toEqual(['Default Workspace'])
})

test.for([
  [['not a url'], '"not a url" is not a URL'],
  [['http://127.0.0.1:9'], 'No local service answers at http://127.0.0.1:9'],
  [['https://api.example.com'], "Give a person's access token"],
  [['http://127.0.0.1:9', '--token', 'x'], 'GET /health: expected 200, but http://127.0.0.1:9/v1 does not answer'],
  [[], 'Name one API, by its URL'],
] as const)('smoke %o ends with 1 and one line that says why', async ([args, reason]) => {
  const { code, stderr } = await operate('smoke', args)

  expect([code, stderr.split('\n')]).toEqual([1, [expect.stringContaining(reason), '']])
})

test('support finds a stage’s table by its name, and says so if there is none or more than one', async () => {
  const client = new DynamoDBClient({ endpoint: inject('dynamodbEndpoint'), region: 'eu-central-1', credentials })
  onTestFinished(() => client.destroy())
  const ask = () => operate('support', [nowhere, '--stage', 'prod'], aws())

  const none = await ask()
  await client.send(new CreateTableCommand(tableDefinition('atrium-prod-data-TableCD117FA1-X1')))
  const one = await ask()
  await client.send(new CreateTableCommand(tableDefinition('atrium-prod-data-TableCD117FA1-X2')))
  const two = await ask()
  const named = await operate('support', [nowhere, '--table', 'atrium-prod-data-TableCD117FA1-X2'], aws())

  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('The stack atrium-prod-data has no table')])
  expect([one.code, one.stderr]).toEqual([1, `There is no workspace ${nowhere} here, nor was there ever one\n`])
  expect([two.code, two.stderr]).toEqual([1, expect.stringContaining('give --table: atrium-prod-data-TableCD117FA1-X1,')])
  expect(named.stderr).toBe(one.stderr)
})

test.for([
  [['ws_1'], '"ws_1" is not a workspace id'],
  [[nowhere, '--url', 'http://127.0.0.1:9'], 'No local service answers at http://127.0.0.1:9'],
  [[nowhere, '--stage', 'nowhere'], 'There is no stage "nowhere": infra/aws/stages.ts has dev, prod'],
  [[nowhere, '--stage', 'prod', '--table', 't'], 'Give one of --stage, --table and --url'],
  [[nowhere, '--table', 't'], 'There is no AWS region'],
] as const)('support %o ends with 1 and one line that says why', async ([args, reason]) => {
  const { code, stderr } = await operate('support', args)

  expect([code, stderr.split('\n')]).toEqual([1, [expect.stringContaining(reason), '']])
})

test('support without credentials says how to get some', async () => {
  const { code, stderr } = await operate('support', [nowhere, '--table', 't'], { AWS_REGION: 'eu-central-1' })

  expect([code, stderr]).toEqual([1, expect.stringMatching(/^There are no AWS credentials: .*\n$/)])
})

test.for([
  [[], 'Give --stage'],
  [['--stage', 'nowhere'], 'There is no stage "nowhere": infra/aws/stages.ts has dev, prod'],
  [['--stage', 'dev'], 'stage dev: mail.domain is "dev.example.com", which is an example domain'],
] as const)('deploy %o ends with 1 and says why, before it has asked AWS anything', async ([args, reason]) => {
  const { code, stdout, stderr } = await operate('deploy', args)

  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(reason)
})

test.for(['support', 'smoke', 'redrive', 'delete-again', 'deploy', 'cost'])(
  '%s says how it is used, and refuses what it does not know with 2',
  async (name) => {
    const help = await operate(name, ['--help'])
    const unknown = await operate(name, ['--wrong'])

    expect([help.code, help.stderr]).toEqual([0, ''])
    expect(help.stdout).toContain(`npm run ${name} -- `)
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("Unknown option '--wrong'")])
  },
)
