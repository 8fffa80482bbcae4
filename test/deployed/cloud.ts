import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { noFaults } from '#infra/local/faults.ts'
import { startStripe } from '#infra/local/stripe/server.ts'
import { teardown } from '#infra/local/teardown.ts'
import { type Sent, takenRoute } from '#test/infra/deployed-api.ts'
import { signerOf } from './aws-requests.ts'
import { selfSigned } from './certificate.ts'
import type { Deployment } from './deployment.ts'
import { httpApiEvent, type PoolUser, preTokenGenerationEvent, scheduledEvent, sqsEvent } from './events.ts'
import { accessKeyIdOf, openFunctions, type SeenCall } from './functions.ts'
import { type Exchange, openGate } from './gate.ts'
import { allows } from './iam.ts'
import { type Mailed, openMailbox } from './mail.ts'
import { reportQueue, reportText } from './mail-reports.ts'
import { openQueues } from './queues.ts'
import { account, region } from './stand-in-values.ts'
import { openUserPool } from './user-pool.ts'

/** What a request is answered with. */
export interface EarlyReply {
  readonly functionName: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  readonly body: any
}

/** A request to the API; `as` is a token or an API key. */
export interface Request {
  readonly as?: string | undefined
  readonly body?: unknown
}

/** A call of a function that succeeded, as far as Lambda can tell. */
interface Call {
  readonly functionName: string
  /** The status of an operation's answer. */
  readonly status?: number
  /** The caller: a person, an API key or nobody. */
  readonly by?: 'person' | 'apiKey' | 'nobody'
}

/** A call, with everything that the function requested meanwhile. */
export interface MadeCall extends SeenCall {
  /** What the function returned; a worker may return nothing. */
  readonly returned: Partial<HttpReturned> | null
  readonly exchanges: readonly Exchange[]
}

const whoAsks = (as: string | undefined) => (as === undefined ? 'nobody' : as.startsWith('atr_') ? 'apiKey' : 'person')

/**
 * Whether a function made a request because of this call: other functions make requests meanwhile, and each looks up where it is before its
 * first event.
 */
const isOf =
  ({ fn }: SeenCall) =>
  ({ request }: Exchange): boolean =>
    [undefined, accessKeyIdOf(fn.name)].includes(signerOf(request)) &&
    !String(request.headers['x-amz-target']).endsWith('.DescribeEndpoints')

const parsed = (text: string, type = ''): unknown => (type.includes('json') && text ? JSON.parse(text) : text)

/** What a function behind an HTTP API returns: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
interface HttpReturned {
  readonly statusCode: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly isBase64Encoded?: boolean
}

/**
 * A running deployment: each function is a process created from the template alone, surrounded by stand-ins for AWS and the other services.
 * Only what a function reaches over the network is simulated; no line of Atrium knows about it.
 */
export async function openCloud(deployment: Deployment) {
  let clockAhead = 0
  const now = () => new Date(Date.now() + clockAhead)
  const opened = teardown()
  const folder = mkdtempSync(join(tmpdir(), 'atrium-cloud-'))
  opened.add({ stop: async () => rmSync(folder, { recursive: true, force: true }) })
  const certificate = selfSigned(`*.${region}.amazonaws.com`, 'api.stripe.com')
  const authorityFile = join(folder, 'authority.pem')
  writeFileSync(authorityFile, certificate.cert)

  const pool = await openUserPool(deployment.pool)
  const queues = openQueues(
    deployment.queues.map(({ url }) => url),
    now,
  )
  const mailbox = opened.add(await openMailbox(folder))
  const stripe = opened.add(await startStripe({ faults: noFaults(), clock: now }))
  const gate = opened.add(
    await openGate({
      certificate,
      deployment,
      functionOf: (accessKeyId) => deployment.functions.find(({ name }) => accessKeyIdOf(name) === accessKeyId)?.name,
      hosts: {
        [`dynamodb.${region}.amazonaws.com`]: inject('dynamodbEndpoint'),
        [`sqs.${region}.amazonaws.com`]: queues.serve,
        [`email.${region}.amazonaws.com`]: mailbox.serve,
        [`cognito-idp.${region}.amazonaws.com`]: pool.serve,
        'api.stripe.com': stripe.url,
      },
    }),
  )
  const made: MadeCall[] = []
  const seen = (call: SeenCall) => {
    const before = gate.exchanges.length
    return (returned: unknown) =>
      void made.push({ ...call, returned: returned as MadeCall['returned'], exchanges: gate.exchanges.slice(before).filter(isOf(call)) })
  }
  const functions = openFunctions(deployment, { gatePort: gate.port, authorityFile }, { now, seen })
  opened.add({ stop: async () => functions.end() })
  const calls: Call[] = []

  /** Sends a request to the HTTP API. Throws if a function fails as a whole, which callers learn nothing about. */
  async function ask(method: string, target: string, { as, body }: Request = {}): Promise<EarlyReply> {
    const headers = [
      ...(as ? [['authorization', `Bearer ${as}`] as const] : []),
      ...(body ? [['content-type', 'application/json'] as const] : []),
    ]
    const sent: Sent = { method, target, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const taken = takenRoute(deployment.routes, sent)
    const { arn, name } = functions.byName(taken.functionName)
    const place = taken.key === '$default' ? '$default' : taken.key.replace(' ', '')
    const sourceArn = `arn:aws:execute-api:${region}:${account}:${deployment.apiId}/$default/${place}`
    const event = httpApiEvent(sent, taken, deployment.apiId, now())
    const returned = (await functions.invoke(arn, { principal: 'apigateway.amazonaws.com', sourceArn }, event)) as HttpReturned
    const { statusCode, headers: answered = {}, body: text = '' } = returned
    calls.push({ functionName: name, status: statusCode, by: whoAsks(as) })
    return { functionName: name, status: statusCode, headers: answered, body: parsed(text, answered['content-type']) }
  }

  /** Signs a person in: the user pool calls its trigger and issues an access token with the claims that it returned. */
  async function signIn(user: PoolUser): Promise<string> {
    const { PreTokenGenerationConfig: trigger } = deployment.pool.triggers
    if (trigger?.LambdaVersion !== 'V2_0') throw new Error('The user pool calls no trigger that can change access tokens')
    const by = { principal: 'cognito-idp.amazonaws.com', sourceArn: deployment.pool.arn }
    const answered = await functions.invoke(trigger.LambdaArn, by, preTokenGenerationEvent(user, deployment.pool))
    calls.push({ functionName: functions.byArn(trigger.LambdaArn).name })
    return pool.token(user.sub, answered as Parameters<typeof pool.token>[1], now())
  }

  /** Delivers a queue's due messages to its function, once; returns whether there were any. */
  async function deliverFrom({ queueArn, functionArn, batchSize, reportsFailures }: Deployment['eventSources'][number]): Promise<boolean> {
    const fn = functions.byArn(functionArn)
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])
      if (!allows(fn.statements, { action, resource: queueArn }))
        throw new Error(`the role of ${fn.name} does not allow ${action} on ${queueArn}`)
    const url = deployment.queues.find(({ arn }) => arn === queueArn)?.url ?? ''
    const messages = queues.take(url, batchSize)
    if (messages.length === 0) return false
    const answered = (await functions.invokeItself(functionArn, sqsEvent(queueArn, messages, now()))) as {
      batchItemFailures?: unknown[]
    } | null
    const failures = reportsFailures ? (answered?.batchItemFailures ?? []) : []
    if (failures.length > 0) throw new Error(`${fn.name} failed with ${JSON.stringify(messages)}\n${functions.logs().get(fn.name)}`)
    calls.push({ functionName: fn.name })
    return true
  }

  /** Delivers the due messages of all queues to their functions until no more arrive. */
  async function deliver(): Promise<void> {
    let more = true
    while (more) {
      more = false
      for (const source of deployment.eventSources) more = (await deliverFrom(source)) || more
    }
  }

  /** Fires every rule of the schedule once. */
  async function runSchedules(): Promise<void> {
    for (const { arn, functionArns, isOn } of deployment.schedules)
      for (const functionArn of isOn ? functionArns : []) {
        await functions.invoke(functionArn, { principal: 'events.amazonaws.com', sourceArn: arn }, scheduledEvent(arn, now()))
        calls.push({ functionName: functions.byArn(functionArn).name })
      }
  }

  return {
    ask,
    signIn,
    deliver,
    runSchedules,
    /** SES reports what happened to an e-mail. */
    report: (type: 'Bounce' | 'Complaint', email: Mailed) => {
      const to = reportQueue(deployment, type, email)
      queues.put(deployment.queues.find(({ arn }) => arn === to.queueArn)?.url ?? '', reportText(type, email, to))
    },
    /** Discards a queue's messages. */
    lose: () => {
      for (const { url } of deployment.queues) queues.take(url, Number.POSITIVE_INFINITY)
    },
    /** Moves the clock of every function. */
    passSeconds: (seconds: number) => {
      clockAhead += seconds * 1_000
    },
    startAll: functions.startAll,
    mailed: mailbox.mailed,
    charges: stripe.charges,
    calls,
    made,
    certificate,
    authorityFile,
    keySet: pool.serve,
    refusals: gate.refusals,
    logs: functions.logs,
    close: () => opened.run(),
  }
}
export type Cloud = Awaited<ReturnType<typeof openCloud>>
