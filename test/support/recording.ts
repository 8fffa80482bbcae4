import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { inject } from 'vitest'
import type { Services } from '#shared/services.ts'

/** One call that a function made to AWS: an IAM action on the table, an index, a queue or the sender. */
export interface AwsCall {
  readonly function: string
  readonly action: string
  /** `table`, `table/index/gsi1`, `queue/mail`, `identity`, `configuration-set` */
  readonly resource: string
}

interface Run {
  readonly name: string
  readonly calls: AwsCall[]
}

const running = new AsyncLocalStorage<Run>()
const seen = new Set<string>()
const file = `${randomUUID()}.jsonl`

/** Runs a function of Atrium; every call to AWS that results from it, even later, is attributed to it. */
export const asFunction = <T>(name: string, run: () => T): T => running.run({ name, calls: [] }, run)

/**
 * Like `asFunction`, and then compares the calls to AWS with the function's role: `refused` has one sentence per call that is not allowed.
 */
export async function withinItsRole<T>(
  name: string,
  refused: (calls: readonly AwsCall[]) => readonly string[],
  run: () => Promise<T>,
): Promise<T> {
  const calls: AwsCall[] = []
  const answer = await running.run({ name, calls }, run)
  const [first] = refused(calls)
  if (first) throw new Error(first)
  return answer
}

/** Runs a test's own look at AWS while a function is running: it is attributed to nobody. */
export const aside = <T>(run: () => T): T => running.exit(run)

/** Records each distinct call of a function once; calls by a test itself, or a benchmark, are attributed to nobody. */
function note(action: string, resource: string): void {
  const run = running.getStore()
  if (run === undefined || !process.env.VITEST) return
  const call: AwsCall = { function: run.name, action, resource }
  run.calls.push(call)
  const line = JSON.stringify(call)
  if (seen.has(line)) return
  seen.add(line)
  appendFileSync(join(inject('recordings'), file), `${line}\n`)
}

/** The actions that the writes of a transaction need: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const transactional: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
}

type TableInput = { readonly TransactItems?: readonly object[]; readonly IndexName?: string }

function noteTableCall(command: string, { TransactItems, IndexName }: TableInput): void {
  if (TransactItems) for (const kind of TransactItems.flatMap(Object.keys)) note(transactional[kind] ?? kind, 'table')
  else note(`dynamodb:${command.replace(/Command$/, '')}`, IndexName ? `table/index/${IndexName}` : 'table')
}

/** A table client whose calls are recorded. */
export function recorded(client: DynamoDBClient): DynamoDBClient {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        noteTableCall(String(commandName), args.input as TableInput)
        return next(args)
      },
    { step: 'initialize', name: 'recording', priority: 'high' },
  )
  return client
}

/** A queue whose messages are recorded as the SDK call that the real queue makes. */
export const recordedQueue = ({ enqueue }: Services['queue']): Services['queue'] => ({
  enqueue: (queue, messages, delaySeconds) => {
    if (messages.length > 0) note('sqs:SendMessage', `queue/${queue}`)
    return enqueue(queue, messages, delaySeconds)
  },
})

/** A sender whose e-mails are recorded. The identity's own configuration set must be allowed too, without being named. */
export const recordedMail = ({ send }: Services['mail']): Services['mail'] => ({
  send: (email) => {
    for (const resource of ['identity', 'configuration-set']) note('ses:SendEmail', resource)
    return send(email)
  },
})

/** Everything recorded in this run so far, without duplicates. */
export function recordedCalls(): readonly AwsCall[] {
  const folder = inject('recordings')
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
  return [...new Set(lines)].sort().map((line) => JSON.parse(line) as AwsCall)
}
