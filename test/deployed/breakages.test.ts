import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { builtDeployment } from './built.ts'
import { type Cloud, openCloud } from './cloud.ts'
import type { DeployedFunction, Deployment } from './deployment.ts'

let whole: Deployment
beforeAll(async () => {
  whole = await builtDeployment()
})

/** The deployment with one function changed. */
const withFunction =
  (name: string, change: (fn: DeployedFunction) => Partial<DeployedFunction>) =>
  (deployment: Deployment): Deployment => ({
    ...deployment,
    functions: deployment.functions.map((fn) => (fn.name === name ? { ...fn, ...change(fn) } : fn)),
  })

const withoutVariable = (name: string, variable: string) =>
  withFunction(name, ({ environment }) => ({
    environment: Object.fromEntries(Object.entries(environment).filter(([key]) => key !== variable)),
  }))

const withoutGrant = (name: string, action: string) =>
  withFunction(name, ({ statements }) => ({
    statements: statements.map((each) => ({ ...each, actions: each.actions.filter((one) => one !== action) })),
  }))

const withoutPermission =
  (name: string) =>
  (deployment: Deployment): Deployment => {
    const arn = deployment.functions.find((fn) => fn.name === name)?.arn
    return { ...deployment, permissions: deployment.permissions.filter(({ functionArn }) => functionArn !== arn) }
  }

/** Calls the function, and returns the error that a test of the story would see. */
type Asking = (cloud: Cloud) => Promise<unknown>

const person = { sub: 'ann', email: 'ann@example.com', name: 'Ann' }
const askHealth: Asking = (cloud) => cloud.ask('GET', '/v1/health')
const askAccount: Asking = async (cloud) => cloud.ask('POST', '/v1/accounts', { as: await cloud.signIn(person), body: {} })

const failing: readonly (readonly [what: string, broken: (deployment: Deployment) => Deployment, asking: Asking, said: RegExp])[] = [
  [
    'a handler by another name',
    withFunction('health', () => ({ handler: 'index.handle' })),
    askHealth,
    /health: Runtime.HandlerNotFound: index.handle/,
  ],
  [
    'a handler in another file',
    withFunction('health', () => ({ handler: 'main.handler' })),
    askHealth,
    /health: Runtime.ImportModuleError: .*'main'/,
  ],
  ['code that is not there', withFunction('health', () => ({ folder: '/nowhere' })), askHealth, /health: Runtime.ImportModuleError/],
  ['a missing variable', withoutVariable('health', 'ISSUER'), askHealth, /health: Error: Settings: ISSUER/],
  ['a missing permission of the API', withoutPermission('health'), askHealth, /apigateway.amazonaws.com may not call health/],
  [
    'a missing permission of the user pool',
    withoutPermission('preTokenGeneration'),
    askAccount,
    /cognito-idp.amazonaws.com may not call preToken/,
  ],
  [
    'a missing permission of the schedule',
    withoutPermission('cleanUp'),
    (cloud) => cloud.runSchedules(),
    /events.amazonaws.com may not call cleanUp/,
  ],
  [
    'a queue that may not be read',
    withoutGrant('sendMail', 'sqs:ReceiveMessage'),
    (cloud) => cloud.deliver(),
    /sendMail does not allow sqs:Receive/,
  ],
]

test.for(failing)('%s fails whoever needs the function', async ([, broken, asking, said]) => {
  const cloud = await openCloud(broken(whole))
  onTestFinished(() => cloud.close())

  await expect(asking(cloud)).rejects.toThrow(said)
})

test('a missing grant is refused as AWS refuses it, and recorded', async () => {
  const cloud = await openCloud(withoutGrant('createAccount', 'dynamodb:BatchGetItem')(whole))
  onTestFinished(() => cloud.close())

  const { status } = await cloud.ask('POST', '/v1/accounts', { as: await cloud.signIn(person), body: {} })

  expect(status).toBe(500)
  expect(cloud.refusals[0]).toMatch(/^the role of createAccount does not allow dynamodb:BatchGetItem on arn:aws:dynamodb:.*:table\//)
})
