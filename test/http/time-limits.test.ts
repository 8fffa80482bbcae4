import type { SQSEvent } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { operations } from '#functions/operations.ts'
import { triggers, workers } from '#functions/workers.ts'
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts'
import { newApiKeySecret } from '#shared/domain/secrets.ts'
import { httpHandler } from '#shared/http/handler.ts'
import { type Operation, secondsFor, takesApiKeys } from '#shared/http/operation.ts'
import { openMail } from '#shared/mail/ses.ts'
import { openPayments } from '#shared/payments/stripe.ts'
import { openQueue } from '#shared/queue/queue.ts'
import type { Services } from '#shared/services.ts'
import { readSettings } from '#shared/settings.ts'
import { openTable } from '#shared/table/engine.ts'
import { openTokens } from '#shared/tokens/tokens.ts'
import { workerHandler } from '#shared/worker/handler.ts'
import { openTriggerTools, triggerHandler } from '#shared/worker/trigger.ts'
import type { Worker } from '#shared/worker/worker.ts'
import { departure } from '../support/departure.ts'
import { type Ask, httpEvent } from '../support/event.ts'
import { withClient } from '../support/faults.ts'
import { queueUrls } from '../support/queue-urls.ts'
import { scene } from '../support/scene.ts'
import { passTimeUntil, pointSdk, silentServer } from '../support/silence.ts'
import { slowLine } from '../support/slow-line.ts'
import { tokenOf } from '../support/world.ts'

const never = () => new Promise<never>(() => {})

const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn(), debug: vi.fn() } as unknown as Services['logger']

/** The services as a deployed function opens them; whatever they ask, nobody ever says a word. */
async function silentServices(): Promise<Services> {
  const nowhere = `http://127.0.0.1:${await silentServer()}`
  pointSdk({ dynamodb: nowhere, sqs: nowhere, ses: nowhere })
  const settings = readSettings({
    TABLE_NAME: 'atrium',
    ISSUER: 'https://issuer.example',
    CLIENT_ID: 'test',
    APP_URL: 'https://app.example',
    MAIL_FROM: 'no-reply@app.example',
    ...queueUrls(nowhere),
    STRIPE_API_KEY: 'sk_test',
    STRIPE_API_BASE: nowhere,
    JWKS_URI: `${nowhere.replace('http:', 'https:')}/jwks.json`,
  })
  return {
    settings,
    logger,
    clock: () => new Date(),
    table: openTable({ settings }),
    queue: openQueue({ settings, logger }),
    mail: openMail({ settings }),
    payments: openPayments({ settings }),
    tokens: {
      verify: async () => ({ accountId: `acc_${'0'.repeat(26)}`, email: 'ann@example.com', emailVerified: true, issuedAt: 0, name: 'Ann' }),
    },
    metrics: { record: () => {} },
  }
}

/** Somewhere for an operation to begin: every place in the path names something that could be there. */
function requestOf({ path, body, access }: Operation): Ask {
  const prefixes: Record<string, string> = {
    workspaceId: 'ws_',
    accountId: 'acc_',
    projectId: 'prj_',
    apiKeyId: 'key_',
    invoiceId: 'in_',
    deletionId: 'del_',
  }
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const id = (name: string) => (name === 'invitationId' ? `inv_${'0'.repeat(52)}` : `${prefixes[name] ?? 'x_'}${'0'.repeat(26)}`)
  const place = { workspaceId: id('workspaceId'), apiKeyId: id('apiKeyId') }
  return {
    as: takesApiKeys(access) ? newApiKeySecret(place) : tokenOf('ann@example.com'),
    path: Object.fromEntries(names.map((name) => [name, id(name)])),
    ...(body && { body: body.safeParse({}).success ? {} : { token: `${'0'.repeat(52)}${'x'.repeat(43)}` } }),
  }
}

describe('against a server that accepts every connection and never answers', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  const asksTheTable = operations.filter(({ access, services }) => access.kind !== 'open' || services.length > 0)

  test.for(asksTheTable)('$name answers 503 well within its time', async (operation) => {
    const seconds = secondsFor(operation)
    const handler = httpHandler(operation, await silentServices())

    const { answer, milliseconds } = await passTimeUntil(
      handler(httpEvent(operation, requestOf(operation)), lambdaContext(operation.name, seconds * 1_000)),
      seconds * 1_000,
    )

    expect([answer.statusCode, answer.headers?.['retry-after']]).toEqual([503, expect.any(String)])
    expect(milliseconds).toBeLessThan(seconds * 950)
  })

  test('a token that cannot be verified because the issuer is silent is answered 503', async () => {
    const services = await silentServices()
    const [getMe] = operations.filter(({ name }) => name === 'getMe') as [Operation]
    const [header, claims] = [
      { alg: 'RS256', kid: 'k', typ: 'at+jwt' },
      { iss: 'https://issuer.example', sub: 'ann', exp: 9_999_999_999 },
    ]
    const token = [header, claims, 'x'].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const handler = httpHandler(getMe, { ...services, tokens: openTokens({ settings: services.settings }) })

    const { answer } = await passTimeUntil(handler(httpEvent(getMe, { as: token }), lambdaContext('getMe', 10_000)), 9_500)

    expect(answer.statusCode).toBe(503)
  })

  const messages: Record<string, object> = {
    sendMail: { kind: 'invitation', invitationId: `inv_${'0'.repeat(52)}`, sendCount: 1 },
    runDeletion: { deletionId: `del_${'0'.repeat(26)}` },
    updateMembers: { accountId: `acc_${'0'.repeat(26)}` },
    recordDelivery: {
      eventType: 'Bounce',
      bounce: { bounceType: 'Permanent' },
      mail: { messageId: 'x', destination: ['ann@example.com'], tags: { invitation: [`inv_${'0'.repeat(52)}`], send: ['1'] } },
    },
  }

  test.for(workers)('the worker $name ends well within its time, and says what it has not done', async (worker: Worker) => {
    const seconds = worker.timeoutSeconds ?? 30
    const Records = [0, 1].map((i) => ({ messageId: String(i), body: JSON.stringify(messages[worker.name] ?? {}) }))
    const run = workerHandler(worker, await silentServices())({ Records } as SQSEvent, lambdaContext(worker.name, seconds * 1_000))

    const { answer, milliseconds } = await passTimeUntil(
      run.catch((error: unknown) => error),
      seconds * 1_000,
    )

    expect(milliseconds).toBeLessThan(seconds * 970)
    if ('queue' in worker) expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }, { itemIdentifier: '1' }] })
    else expect(answer).toMatchObject({ code: 'unavailable' })
  })

  test('people can still sign in, well within the five seconds that Cognito waits', async () => {
    await silentServices()
    const [preTokenGeneration] = triggers as [(typeof triggers)[number]]
    const userAttributes = { sub: 'ann', email: 'ann@example.com', email_verified: 'true' }
    const event = { region: 'eu-central-1', userPoolId: 'eu-central-1_X', request: { userAttributes }, response: {} }
    const handler = triggerHandler(preTokenGeneration, openTriggerTools({ table: openTable, queue: openQueue }, { TABLE_NAME: 'atrium' }))

    const { answer, milliseconds } = await passTimeUntil(handler(event as never, lambdaContext('preTokenGeneration', 5_000)), 5_000)

    expect(answer).toMatchObject({ response: { claimsAndScopeOverrideDetails: expect.anything() } })
    expect(milliseconds).toBeLessThan(4_000)
  })

  test('an e-mail that SES does not accept is given up before the mailer has to end', async () => {
    const { mail } = await silentServices()

    const { answer, milliseconds } = await passTimeUntil(
      mail.send({ to: 'ann@example.com', subject: 'x', text: 'x', html: 'x' }).catch((error: unknown) => error),
      30_000,
    )

    expect([answer, milliseconds < 15_000]).toEqual([expect.any(Error), true])
  })

  test('a queue that does not answer holds nobody up: the sweep sends what is owed', async () => {
    const { queue } = await silentServices()

    const { milliseconds } = await passTimeUntil(queue.enqueue('deletion', [{ deletionId: 'del_1' }]), 10_000)

    expect(milliseconds).toBeLessThan(2_500)
    expect(logger.warn).toHaveBeenCalledWith('not queued', expect.anything())
  })
})

describe('when part of it is silent', () => {
  test('an API key is accepted even if recording its use is never answered', async () => {
    const d = await departure()
    const services = withClient(d.world, (client) =>
      client.middlewareStack.add(
        (next, { commandName }) =>
          (args) =>
            commandName === 'UpdateItemCommand' ? never() : next(args),
        {
          step: 'initialize',
          name: 'silent',
        },
      ),
    )
    const whoami = operations.find(({ name }) => name === 'whoami') as Operation

    const { statusCode } = await httpHandler(whoami, services)(httpEvent(whoami, { as: d.secret }), lambdaContext('whoami', 10_000))

    expect(statusCode).toBe(200)
  })

  test('a committed change is answered even if the queue is silent', async () => {
    const { world, ann, path } = await scene()
    const nowhere = `http://127.0.0.1:${await silentServer()}`
    pointSdk({ sqs: nowhere })
    const queue = openQueue({ settings: { ...world.services.settings, MAIL_QUEUE_URL: `${nowhere}/mail` }, logger })

    const ask = { as: ann.token, path, body: { emails: ['bob@example.com'] } }
    const answer = await world.call('createInvitations', ask, { ...world.services, queue })

    expect(answer).toMatchObject({ status: 200, body: { results: [{ outcome: 'invited' }] } })
  })
})

test('requests in a moving queue are not refused before their time is up: 24 concurrent batches of 100 events', async () => {
  const d = await departure()
  const batch = (n: number) => ({ events: Array.from({ length: 100 }, (_, i) => ({ id: `${n}-${i}`, meter: 'requests', quantity: 1 })) })
  await d.world.call('reportUsage', { as: d.secret, body: batch(-1) })
  const { url, servedFor } = await slowLine(inject('dynamodbEndpoint'), 10)
  pointSdk({ dynamodb: url })
  const services = { ...d.world.services, table: openTable(d.world.services) }
  const reportUsage = operations.find(({ name }) => name === 'reportUsage') as Operation
  const handler = httpHandler(reportUsage, services)
  // The time is the line's own: a machine that stands still is not what this is about.
  const context = { ...lambdaContext('reportUsage', 0), getRemainingTimeInMillis: () => 5_000 - servedFor() }

  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, n) => handler(httpEvent(reportUsage, { as: d.secret, body: batch(n) }), context)),
  )

  expect(servedFor()).toBeGreaterThan(2_000)
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 24 }, () => 200))
})
