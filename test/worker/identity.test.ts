import type { PreTokenGenerationV2TriggerEvent } from 'aws-lambda'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { preTokenGeneration } from '#functions/identity/pre-token-generation.ts'
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts'
import { derivedId } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import type { Table } from '#shared/table/engine.ts'
import { openTriggerTools, triggerHandler } from '#shared/worker/trigger.ts'
import { faulty } from '../support/faults.ts'
import { allRows, kindOf } from '../support/invariants.ts'
import { Random } from '../support/random.ts'
import { asFunction } from '../support/recording.ts'
import { createWorld, tokenOf, type World } from '../support/world.ts'

const userPoolId = 'eu-central-1_Example'
const issuer = `https://cognito-idp.eu-central-1.amazonaws.com/${userPoolId}`
const accountId = derivedId('acc', issuer, 'sub-of-ann')

// As https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html has it: attributes are strings.
const signIn = (userAttributes: Record<string, string>) =>
  ({
    version: '2',
    triggerSource: 'TokenGeneration_HostedAuth',
    region: 'eu-central-1',
    userPoolId,
    userName: 'sub-of-ann',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'test' },
    request: { userAttributes, groupConfiguration: {}, scopes: ['openid', 'email', 'profile'] },
    response: { claimsAndScopeOverrideDetails: null },
  }) as unknown as PreTokenGenerationV2TriggerEvent

const ann = { sub: 'sub-of-ann', email: 'Ann@example.com', email_verified: 'true', name: 'Ann', 'cognito:user_status': 'CONFIRMED' }

let world: World
beforeEach(async () => {
  world = await createWorld({ ISSUER: issuer })
  onTestFinished(() => world.close())
})

/** Calls the function as Cognito does. */
function call(userAttributes: Record<string, string>, table: Table = world.services.table) {
  const open = { table: () => table, queue: () => world.services.queue }
  const handler = triggerHandler(preTokenGeneration, openTriggerTools(open, { TABLE_NAME: table.name }))
  return asFunction('preTokenGeneration', () => handler(signIn(userAttributes), lambdaContext('preTokenGeneration', 5_000)))
}

/** The same, with a log that the test reads. */
const callLogged = (userAttributes: Record<string, string>, table: Table) =>
  asFunction('preTokenGeneration', () => preTokenGeneration.handle(signIn(userAttributes), { ...world.services, table }))

const claimsIn = (answer: object) => (answer as PreTokenGenerationV2TriggerEvent).response.claimsAndScopeOverrideDetails

const kinds = async () => (await allRows(world.services.table)).map((row) => kindOf(row)).toSorted()

test('an access token gets the claims that Cognito omits, as strings, and nothing else changes', async () => {
  const answer = await call(ann)

  expect(claimsIn(answer)).toEqual({
    accessTokenGeneration: { claimsToAddOrOverride: { email: 'Ann@example.com', email_verified: 'true', name: 'Ann' } },
  })
  expect(answer).toMatchObject({ version: '2', userName: 'sub-of-ann', request: signIn(ann).request })
})

test.for([
  ['true', 'true'],
  ['True', 'true'],
  ['false', 'false'],
  ['', 'false'],
] as const)('an address whose proof is "%s" is verified: %s', async ([email_verified, claim]) => {
  const answer = await call({ ...ann, email_verified })

  expect(claimsIn(answer).accessTokenGeneration?.claimsToAddOrOverride?.email_verified).toBe(claim)
})

test('a person without a name gets no name claim', async () => {
  const { name: _, ...nameless } = ann

  const answer = await call(nameless)

  expect(claimsIn(answer).accessTokenGeneration?.claimsToAddOrOverride).toEqual({ email: 'Ann@example.com', email_verified: 'true' })
})

test('the first sign-in creates an account and a default workspace', async () => {
  await call(ann)

  const rows = await allRows(world.services.table)
  expect(rows.find((row) => kindOf(row) === 'Account')).toMatchObject({ id: accountId, name: 'Ann' })
  expect(rows.filter((row) => kindOf(row) === 'Workspace')).toHaveLength(1)
})

test('signing in again, even concurrently from several places, creates nothing twice', async () => {
  await Promise.all([call(ann), call(ann), call(ann)])
  const once = await kinds()

  await call(ann)

  expect(await kinds()).toEqual(once)
  expect(once.filter((kind) => kind === 'Account')).toHaveLength(1)
})

test('a failing table prevents no sign-in: the claims are there, and the failure is logged', async () => {
  const { table } = faulty(world, new Random(1), { throttle: 1 })

  const answer = await callLogged(ann, table)

  expect(claimsIn(answer).accessTokenGeneration?.claimsToAddOrOverride).toMatchObject({ email: 'Ann@example.com' })
  expect(world.logs).toContainEqual(expect.objectContaining({ level: 'error', trigger: 'preTokenGeneration', accountId }))
  expect(await kinds()).toEqual([])
})

test('an unresponsive table delays a sign-in by less than the five seconds after which Cognito gives up', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const silent = { get: () => new Promise(() => {}) } as unknown as Table

  const answering = callLogged(ann, silent)
  await vi.advanceTimersByTimeAsync(3_000)

  expect(claimsIn(await answering).accessTokenGeneration).toBeDefined()
})

test('no account is created for an address that Atrium does not accept, and an event without an address stays unchanged', async () => {
  const { email: _, ...addressless } = ann

  await call({ ...ann, email: 'not an address' })
  const answer = await call(addressless)

  expect(await kinds()).toEqual([])
  expect(answer).toEqual(signIn(addressless))
})

/** Signs in, a few seconds later. */
const laterAs = (attributes: Record<string, string>) => {
  world.passSeconds(5)
  return callLogged({ ...ann, ...attributes }, world.services.table)
}

const shown = async () => {
  const account = await world.services.table.get(keys.account(accountId))
  return [account?.email, account?.emailVerified]
}

test('signing in with another verified address shows it in every workspace within a minute', async () => {
  await call({ ...ann, email: 'boss@corp.example', email_verified: 'false' })
  expect(await shown()).toEqual(['boss@corp.example', false])

  await laterAs({ email: 'ann@example.com' })

  expect(await shown()).toEqual(['ann@example.com', true])
  expect(world.queued).toEqual([{ queue: 'accounts', message: { accountId } }])
  expect(await world.run('updateMembers')).toEqual([])
  const rows = await allRows(world.services.table)
  expect(rows.filter((row) => kindOf(row) === 'Member')).toMatchObject([{ email: 'ann@example.com', emailVerified: true }])
})

test('a sign-in outdates every token issued before it; with an unverified address it changes nothing', async () => {
  await laterAs({})
  const issuedAt = Math.floor(world.now.getTime() / 1_000)
  const before = tokenOf('old@example.com', { sub: 'sub-of-ann', iat: issuedAt - 1 })
  const tokens = { verify: async () => ({ ...(await world.services.tokens.verify(before)), accountId }) }

  await laterAs({ email: 'other@example.com', email_verified: 'false' })
  await world.call('createAccount', { as: before }, { ...world.services, tokens })

  expect(await shown()).toEqual(['Ann@example.com', true])
  expect(world.queued).toEqual([])
})
