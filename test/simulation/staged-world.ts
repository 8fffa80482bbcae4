import { createHash, randomUUID } from 'node:crypto'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Context } from 'aws-lambda'
import { operations } from '#functions/operations.ts'
import { workers } from '#functions/workers.ts'
import { derivedId } from '#shared/domain/ids.ts'
import type { QueueName } from '#shared/domain/messages.ts'
import { httpHandler } from '#shared/http/handler.ts'
import type { Email } from '#shared/mail/ses.ts'
import type { Services } from '#shared/services.ts'
import { readSettings } from '#shared/settings.ts'
import { tableDefinition } from '#shared/table/design/table-definition.ts'
import { documentClient, Table } from '#shared/table/engine.ts'
import { readInvoice } from '#shared/table/invoices.ts'
import { workerHandler } from '#shared/worker/handler.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import { type Ask, httpEvent } from '#test/support/event.ts'
import { queueUrls } from '#test/support/queue-urls.ts'
import { putOnStage, type Weather } from './faulty-client.ts'
import { Died, Processes } from './processes.ts'
import { stagedProvider } from './provider.ts'
import { Queues } from './queues.ts'
import { Stage } from './stage.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Body = any

/** Status 0: the caller heard nothing, and does not know what happened. */
export interface Heard {
  readonly status: number
  readonly body: Body
}

const environment = {
  ISSUER: 'https://issuer.example',
  CLIENT_ID: 'simulation',
  APP_URL: 'https://app.example',
  MAIL_FROM: 'Atrium <no-reply@app.example>',
  ...queueUrls(),
}

const newClient = (endpoint: string) =>
  new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })

/** A person of a run; the token is their name. */
export const accountIdOf = (name: string): string => derivedId('acc', 'simulation', name)

/** Creates a table for a run, over a client without faults. */
async function newTable(endpoint: string): Promise<Table> {
  const client = newClient(endpoint)
  const name = `simulation-${randomUUID()}`
  await client.send(new CreateTableCommand(tableDefinition(name)))
  return new Table(documentClient(client), name)
}

/** A whole Atrium on a stage: real handlers over a real DynamoDB engine; the stage controls time, chance, queues and provider. */
export async function stagedWorld(endpoint: string, seed: number) {
  const stage = new Stage(seed)
  const processes = new Processes(stage)
  const bare = await newTable(endpoint)
  const client = newClient(endpoint)
  const begin = Date.parse('2026-11-24T10:00:00.000Z')
  const world = {
    seed,
    stage,
    processes,
    /** The table itself, bypassing the stage. */
    bare,
    weather: {} as Weather,
    /** How far the wall clock has jumped, in milliseconds. */
    jumped: 0,
    /** When it last did, by the stage's time. */
    jumpedAt: Number.NEGATIVE_INFINITY,
    mails: [] as Email[],
    /** The failures that were logged. */
    errors: [] as object[],
    /** Violations noticed during the run. */
    problems: [] as string[],
    /** Called at every write, when DynamoDB has executed it. */
    onWrite: async (_input: object): Promise<void> => {},
  }
  const wallClock = () => begin + Math.round(stage.time) + world.jumped
  const clock = () => new Date(wallClock() + (processes.current?.skew ?? 0))
  const weather = () => world.weather
  const quiet = () => undefined
  const error = (_: string, extra: object) => world.errors.push(extra)

  // The same seed gives the same tokens when it is played twice, and DynamoDB remembers them across tables.
  client.middlewareStack.add(
    (next) => (args) => {
      const { ClientRequestToken } = args.input as { ClientRequestToken?: string }
      const unique =
        ClientRequestToken &&
        createHash('md5')
          .update(bare.name + ClientRequestToken)
          .digest('hex')
      return next(unique ? { ...args, input: { ...args.input, ClientRequestToken: unique } } : args)
    },
    { step: 'initialize', name: 'uniqueTokens' },
  )
  putOnStage(client, { processes, random: stage.random, weather, done: (input) => world.onWrite(input) })

  const pass = (milliseconds: number) => {
    world.jumped += milliseconds
    world.jumpedAt = stage.time
  }
  const charging = async (invoiceId: string) => {
    const invoice = await readInvoice(bare, invoiceId)
    // A worker measures its time by a monotonic clock, which does not jump.
    if (invoice?.handedOver && stage.time - world.jumpedAt > 120_000)
      world.problems.push(`${invoiceId} is charged after it was handed over`)
  }
  const provider = stagedProvider({ stage, processes, weather, charging, pass })
  const queues = new Queues({ stage, processes, weather, deliver: (queue, message) => deliver(queue, message) })
  const services: Services = {
    settings: readSettings({ ...environment, TABLE_NAME: bare.name, CHARGE_GIVE_UP_SECONDS: stage.random.pick(['86400', '40']) }),
    clock,
    logger: { info: quiet, warn: quiet, debug: quiet, error } as unknown as Services['logger'],
    tokens: {
      verify: async (name) => ({
        accountId: accountIdOf(name),
        email: `${name}@example.com`,
        emailVerified: true,
        issuedAt: Math.floor(begin / 1000),
        name,
      }),
    },
    table: new Table(documentClient(client), bare.name),
    queue: queues,
    metrics: { record: () => {} },
    payments: provider.payments.own,
    mail: {
      send: (email) =>
        processes.outside('sends an e-mail', async () => {
          const { lostRequest = 0, lostAnswer = 0 } = world.weather
          if (stage.random.chance(lostRequest)) throw new Error('SES is away')
          world.mails.push(email)
          if (stage.random.chance(lostAnswer)) throw new Error('The answer of SES was lost')
          return `mail-${world.mails.length}`
        }),
    },
  }

  const contextOf = (endsAt: number) =>
    ({ awsRequestId: 'simulation', functionName: 'simulation', getRemainingTimeInMillis: () => endsAt - stage.time }) as unknown as Context

  /** Calls an operation as an outside caller, who may never hear the outcome. */
  const call = async (name: string, ask: Ask = {}): Promise<Heard> => {
    const operation = operations.find((each) => each.name === name)
    if (!operation) throw new Error(`No operation ${name}`)
    const answer = await processes
      .run(name, 30, (process) => httpHandler(operation, services)(httpEvent(operation, ask), contextOf(process.endsAt)))
      .catch((error) => {
        if (error instanceof Died) return undefined
        throw error
      })
    if (!answer || stage.random.chance((world.weather.lostAnswer ?? 0) / 3)) return { status: 0, body: undefined }
    if (answer.statusCode === 500) world.problems.push(`${name} answered 500: ${JSON.stringify(world.errors.at(-1))}`)
    return { status: answer.statusCode ?? 200, body: JSON.parse(answer.body || 'null') }
  }

  /** Runs a worker once. Returns whether it succeeded. */
  const work = async (name: string, messages: readonly object[] = []): Promise<boolean> => {
    const worker = workers.find((each) => each.name === name)
    if (!worker) throw new Error(`No worker ${name}`)
    const Records = messages.map((message, i) => ({ messageId: String(i), body: JSON.stringify(message) }))
    const event = { Records } as Parameters<ReturnType<typeof workerHandler>>[0]
    const answer = await processes.run(name, worker.timeoutSeconds ?? 30, (process) =>
      workerHandler(worker, services)(event, contextOf(process.endsAt)),
    )
    return !answer?.batchItemFailures.length
  }

  const deliver = (queue: QueueName, message: object) => {
    const worker = workers.find((each) => isQueueWorker(each) && each.queue === queue)
    return work(worker?.name ?? '', [message])
  }

  /** Looks at the table while nothing else happens. */
  const look = <T>(at: () => Promise<T>): Promise<T> => stage.turn('somebody looks', 1, at)

  const close = async () => {
    await bare.client.send(new DeleteTableCommand({ TableName: bare.name }))
    bare.client.destroy()
    client.destroy()
  }
  return Object.assign(world, { services, provider, queues, wallClock, pass, call, work, look, close })
}
export type StagedWorld = Awaited<ReturnType<typeof stagedWorld>>
