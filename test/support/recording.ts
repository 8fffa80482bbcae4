import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { inject } from 'vitest'
import type { Services } from '#shared/services.ts'

/** One thing that a function did to AWS: an action as IAM calls it, on the table, an index, a queue or the sender. */
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

/** Runs a function of Atrium; whatever is asked of AWS meanwhile, also later but because of it, counts as asked by it. */
export const asFunction = <T>(name: string, run: () => T): T => running.run({ name, calls: [] }, run)

/** As `asFunction`, and then holds what was asked of AWS against what the function's role allows: `refused` has a sentence for each call. */
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

/** Runs what a test looks at by itself while a function is running: it counts as nobody's. */
export const aside = <T>(run: () => T): T => running.exit(run)

/** Writes down what a function does, the first time that it does so; what a test does by itself, or a benchmark, is nobody's. */
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

/** A client of the table whose calls are written down. */
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

/** A queue whose messages are written down, as the SDK's call that the real one makes of them. */
export const recordedQueue = ({ enqueue }: Services['queue']): Services['queue'] => ({
  enqueue: (queue, messages, delaySeconds) => {
    if (messages.length > 0) note('sqs:SendMessage', `queue/${queue}`)
    return enqueue(queue, messages, delaySeconds)
  },
})

/** A sender whose e-mails are written down. An identity's own configuration set must be allowed too, without being named. */
export const recordedMail = ({ send }: Services['mail']): Services['mail'] => ({
  send: (email) => {
    for (const resource of ['identity', 'configuration-set']) note('ses:SendEmail', resource)
    return send(email)
  },
})

/** Everything that was written down in this run so far, each thing once. */
export function recordedCalls(): readonly AwsCall[] {
  const folder = inject('recordings')
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
  return [...new Set(lines)].sort().map((line) => JSON.parse(line) as AwsCall)
}
