import { randomUUID } from 'node:crypto'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { inject } from 'vitest'
import { operations } from '#functions/operations.ts'
import { workers } from '#functions/workers.ts'
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts'
import { canonicalEmail } from '#shared/domain/email.ts'
import { derivedId } from '#shared/domain/ids.ts'
import type { QueueName } from '#shared/domain/messages.ts'
import type { Person } from '#shared/domain/person.ts'
import { Refusal } from '#shared/domain/refusals.ts'
import { httpHandler } from '#shared/http/handler.ts'
import { refusalsOf } from '#shared/http/refusing.ts'
import type { Email } from '#shared/mail/ses.ts'
import type { MetricName } from '#shared/metrics.ts'
import type { Services } from '#shared/services.ts'
import { readSettings } from '#shared/settings.ts'
import { tableDefinition } from '#shared/table/design/table-definition.ts'
import { documentClient, Table } from '#shared/table/engine.ts'
import { workerHandler } from '#shared/worker/handler.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import { type Ask, httpEvent } from './event.ts'
import { refusedTo, refusedToWorker } from './granted.ts'
import { queueUrls } from './queue-urls.ts'
import { recorded, recordedMail, recordedQueue, withinItsRole } from './recording.ts'
import { flawsOf } from './sentences.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
export type Answer = { status: number; body: any; headers: Record<string, string> }

/** A token of the tests' own issuer, which states its person in plain text. */
export const tokenOf = (
  email: string,
  { verified = true, name, sub, iat = 1_764_000_000 }: { verified?: boolean; name?: string; sub?: string; iat?: number } = {},
): string => `test.${Buffer.from(JSON.stringify({ email, verified, name, sub: sub ?? canonicalEmail(email), iat })).toString('base64url')}`

const verify = async (token: string): Promise<Person> => {
  if (!token.startsWith('test.')) throw new Refusal('unauthenticated', 'This is no token of the tests.')
  const { email, verified, name, sub, iat } = JSON.parse(Buffer.from(token.slice(5), 'base64url').toString())
  return { accountId: derivedId('acc', 'test', sub), email, emailVerified: verified, issuedAt: iat, name }
}

/** A minute is left, however slow the machine is: time limits are tested with clocks of their own. */
const contextOf = (name: string) => ({ ...lambdaContext(name, 0), getRemainingTimeInMillis: () => 60_000, awsRequestId: 'test' })

/** The settings of the tests. */
export const environment = {
  TABLE_NAME: 'atrium',
  ISSUER: 'https://issuer.example',
  CLIENT_ID: 'test',
  APP_URL: 'https://app.example',
  MAIL_FROM: 'Atrium <no-reply@app.example>',
  ...queueUrls(),
}

/** A client of the tests' DynamoDB; the calls that functions make through it are recorded, to be compared with their roles. */
export const localClient = (): DynamoDBClient =>
  recorded(
    new DynamoDBClient({
      endpoint: inject('dynamodbEndpoint'),
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
  )

/** Integers beyond 2^53 are read as bigints. */
const exactNumber = (_: string, value: unknown, { source }: { source?: string } = {}): unknown =>
  typeof value === 'number' && source && /^\d+$/.test(source) && !Number.isSafeInteger(value) ? BigInt(source) : value

/** A whole Atrium in the test's process: the real handlers over the real DynamoDB engine; queue, mail, tokens and clock are the test's. */
export async function createWorld(settings: Record<string, string> = {}, raw: DynamoDBClient = localClient()) {
  const TABLE_NAME = `atrium-${randomUUID()}`
  await raw.send(new CreateTableCommand(tableDefinition(TABLE_NAME)))
  const world = {
    now: new Date('2026-11-24T10:00:00.000Z'),
    queued: [] as { queue: QueueName; message: object }[],
    mails: [] as Email[],
    logs: [] as object[],
    metrics: [] as { name: MetricName; value: number; logContext?: object }[],
    /** Set to make SES refuse. */
    mailError: undefined as Error | undefined,
    raw,
  }
  const log = (level: string) => (message: string, extra: object) => world.logs.push({ level, message, ...extra })
  const services: Services = {
    settings: readSettings({ ...environment, ...settings, TABLE_NAME }),
    clock: () => new Date(world.now),
    logger: { info: log('info'), warn: log('warn'), error: log('error'), debug: log('debug') } as unknown as Services['logger'],
    tokens: { verify },
    table: new Table(documentClient(raw), TABLE_NAME),
    queue: recordedQueue({
      enqueue: async (queue, messages) => {
        world.queued.push(...messages.map((message) => ({ queue, message })))
      },
    }),
    metrics: { record: (name, value, logContext) => void world.metrics.push({ name, value, ...(logContext && { logContext }) }) },
    payments: undefined,
    mail: recordedMail({
      send: async (email) => {
        if (world.mailError) throw world.mailError
        world.mails.push(email)
        return randomUUID()
      },
    }),
  }

  /** Calls an operation as API Gateway would. */
  const call = async (name: string, ask: Ask = {}, wired: Services = services): Promise<Answer> => {
    const operation = operations.find((each) => each.name === name)
    if (!operation) throw new Error(`No operation ${name}`)
    // Every call happens a millisecond after the previous one, so that sorting by time is deterministic.
    world.now = new Date(world.now.getTime() + 1)
    const {
      statusCode = 200,
      headers = {},
      body,
    } = await withinItsRole(
      name,
      (calls) => refusedTo(operation, calls),
      () => httpHandler(operation, wired)(httpEvent(operation, ask), contextOf(name)),
    )
    if (!headers['x-request-id']) throw new Error(`${name} answered ${statusCode} without x-request-id`)
    const isJson = String(headers['content-type'] ?? '').includes('json')
    const answer = {
      status: statusCode,
      body: isJson ? JSON.parse(body ?? 'null', exactNumber as Parameters<typeof JSON.parse>[1]) : body,
      headers: headers as Record<string, string>,
    }
    const isDeclared = statusCode < 400 || refusalsOf(operation).includes(answer.body?.code)
    if (!isDeclared) throw new Error(`${name} answered ${answer.body?.code}, which it does not declare`)
    const flaws = statusCode < 400 ? [] : flawsOf(answer.body)
    if (flaws.length > 0) throw new Error(`${name} does not refuse in sentences: ${flaws.join(', ')}`)
    return answer
  }

  /** Runs a worker once: a schedule, or a queue with the given messages (by default all that are queued). Returns what failed. */
  const run = async (name: string, messages?: readonly object[], wired: Services = services): Promise<readonly unknown[]> => {
    const worker = workers.find((each) => each.name === name)
    if (!worker) throw new Error(`No worker ${name}`)
    const taken = isQueueWorker(worker) ? (messages ?? takeQueued(worker.queue as QueueName)) : []
    const Records = taken.map((message, i) => ({ messageId: String(i), body: JSON.stringify(message) }))
    const answer = await withinItsRole(
      name,
      (calls) => refusedToWorker(worker, calls),
      () => workerHandler(worker, wired)({ Records } as Parameters<ReturnType<typeof workerHandler>>[0], contextOf(name)),
    )
    return answer?.batchItemFailures ?? []
  }

  const takeQueued = (queue: QueueName) => {
    const taken = world.queued.filter((entry) => entry.queue === queue).map(({ message }) => message)
    world.queued = world.queued.filter((entry) => entry.queue !== queue)
    return taken
  }

  /** The token in the newest e-mail to an address. */
  const linkToken = (email: string): string => {
    const mail = world.mails.findLast(({ to }) => canonicalEmail(to) === canonicalEmail(email))
    return /#token=([\w-]+)/.exec(mail?.text ?? '')?.[1] ?? ''
  }

  const passSeconds = (seconds: number) => {
    world.now = new Date(world.now.getTime() + seconds * 1000)
  }

  /** Drops the table: the more tables exist, the slower DynamoDB Local gets. */
  const close = async () => {
    await raw.send(new DeleteTableCommand({ TableName: TABLE_NAME })).catch(() => {})
    raw.destroy()
  }

  return Object.assign(world, { services, call, run, linkToken, passSeconds, close })
}
export type World = Awaited<ReturnType<typeof createWorld>>

/** A person with an account: token, account and default workspace. */
export async function signUp(world: World, email: string, name?: string) {
  const token = tokenOf(email, name ? { name } : {})
  const { body } = await world.call('createAccount', { as: token })
  return { token, id: body.account.id as string, workspaceId: body.defaultWorkspace?.id as string, email }
}

/** Invites, mails and accepts, so that a person becomes a member with a role. */
export async function join(world: World, admin: string, workspaceId: string, email: string, role: string) {
  await world.call('createInvitations', { as: admin, path: { workspaceId }, body: { emails: [email], role } })
  await world.run('sendMail')
  const token = tokenOf(email)
  const { body } = await world.call('acceptInvitation', { as: token, body: { token: world.linkToken(email) } })
  return { token, id: body.account.id as string, email }
}
