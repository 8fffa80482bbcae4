import { randomUUID } from 'node:crypto'
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { Deadline } from '../deadline.ts'
import { Refusal } from '../domain/refusals.ts'
import { type Change, type Condition, changeText, conditionText, Placeholders } from './conditions.ts'
import { indexes, type Key } from './design.ts'

export type Item = Readonly<Record<string, unknown>>

/** What a failed condition means: the refusal to answer with, given the item as it stood (undefined where there was none). */
type Otherwise = (found: Item | undefined) => Error

/** One write of a transaction: its condition is the rule, `otherwise` says what its failure means. */
export interface Write {
  readonly request: NonNullable<TransactWriteCommandInput['TransactItems']>[number]
  readonly otherwise: Otherwise
}

const unexpected: Otherwise = () => new Error('A condition failed unexpectedly')

function conditional(condition: Condition | undefined, p: Placeholders) {
  return condition ? { ConditionExpression: conditionText(condition, p), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const } : {}
}

/** Puts a whole item, key included. */
export function put(item: object, condition?: Condition, otherwise: Otherwise = unexpected): Write {
  const p = new Placeholders()
  return { request: { Put: { TableName: '', Item: { ...item }, ...conditional(condition, p), ...p.maps() } }, otherwise }
}

/** Changes attributes of an item. */
export function update(key: Key, change: Change, condition?: Condition, otherwise: Otherwise = unexpected): Write {
  const p = new Placeholders()
  const expression = { UpdateExpression: changeText(change, p), ...conditional(condition, p) }
  return { request: { Update: { TableName: '', Key: { ...key }, ...expression, ...p.maps() } }, otherwise }
}

/** Deletes an item. */
export function remove(key: Key, condition?: Condition, otherwise: Otherwise = unexpected): Write {
  const p = new Placeholders()
  return { request: { Delete: { TableName: '', Key: { ...key }, ...conditional(condition, p), ...p.maps() } }, otherwise }
}

/** Changes nothing, and lets the transaction pass only under a condition. */
export function check(key: Key, condition: Condition, otherwise: Otherwise = unexpected): Write {
  const p = new Placeholders()
  const text = conditionText(condition, p)
  const request = { TableName: '', Key: { ...key }, ConditionExpression: text, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }
  return { request: { ConditionCheck: { ...request, ...p.maps() } }, otherwise }
}

export interface QueryOptions {
  readonly index?: keyof typeof indexes
  readonly pk: string
  /** Sort keys that begin with this. */
  readonly beginsWith?: string
  /** Sort keys up to and including this. */
  readonly upTo?: string
  readonly startAfter?: Item | undefined
  /** From the last sort key back to the first. */
  readonly backwards?: boolean
  readonly limit?: number
}

interface CancellationReason {
  readonly Code?: string
  /** As it stands in DynamoDB's own format: the document client leaves errors as they are. */
  readonly Item?: Record<string, AttributeValue>
}

const transient = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])
const away = new Set([
  'TransactionInProgressException',
  'TransactionConflictException',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
])

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** Reads a stored number: whole ones beyond 2^53 stay exact as BigInt. Atrium stores no others. */
const exactNumber = (text: string): number | bigint => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))

/** How long one call is tried, again where it meets conflicts, throttles or silence, before it is a 503: that, or the invocation's time. In milliseconds. */
const patience = 9_000

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** The table: strongly consistent reads by key, queries, and the one way to write. */
export class Table {
  readonly client: DynamoDBDocumentClient
  readonly name: string
  private readonly deadline: Deadline | undefined

  constructor(client: DynamoDBDocumentClient, name: string) {
    this.client = client
    this.name = name
    this.deadline = undefined
  }

  /** The same table as an invocation uses it: no call goes on, or begins, beyond its time. */
  until(deadline: Deadline): Table {
    return Object.assign(Object.create(this), { deadline })
  }

  /** Reads items by key, strongly consistent, in the order of the keys; parallel calls of 100 keys count as one round. */
  async get<T extends readonly unknown[]>(...wanted: { [K in keyof T]: Key }): Promise<{ [K in keyof T]: T[K] | undefined }> {
    return (await this.getAll(wanted)) as { [K in keyof T]: T[K] | undefined }
  }

  /** As `get`, for any number of keys of one kind. */
  async getAll<T>(wanted: readonly Key[]): Promise<(T | undefined)[]> {
    const distinct = [...new Map(wanted.map((key) => [textOf(key), { pk: key.pk, sk: key.sk }])).values()]
    const chunks = Array.from({ length: Math.ceil(distinct.length / 100) }, (_, i) => distinct.slice(i * 100, i * 100 + 100))
    const found = new Map((await Promise.all(chunks.map((chunk) => this.getChunk(chunk)))).flat().map((item) => [textOf(item), item]))
    return wanted.map((key) => found.get(textOf(key)) as T | undefined)
  }

  private async getChunk(chunk: readonly Key[]): Promise<(Item & Key)[]> {
    const items: (Item & Key)[] = []
    let open: Record<string, unknown>[] = [...chunk.map((key) => ({ ...key }))]
    const deadline = this.patience()
    for (let attempt = 0; open.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt, deadline)
      const command = () => new BatchGetCommand({ RequestItems: { [this.name]: { Keys: open, ConsistentRead: true } } })
      const answer = await this.send((abortSignal) => this.client.send(command(), { abortSignal }), deadline)
      items.push(...((answer.Responses?.[this.name] ?? []) as (Item & Key)[]))
      open = answer.UnprocessedKeys?.[this.name]?.Keys ?? []
    }
    return items
  }

  /** One page of a query: strongly consistent on the table, eventually on an index. `last` is where the next page starts. */
  async query<T = Item>(options: QueryOptions): Promise<{ items: (T & Item & Key)[]; last: Item | undefined }> {
    const [pk, sk] = options.index ? [`${options.index}pk`, `${options.index}sk`] : ['pk', 'sk']
    const range = options.beginsWith ? ' AND begins_with(#sk, :sk)' : options.upTo ? ' AND #sk <= :sk' : ''
    const input: QueryCommandInput = {
      TableName: this.name,
      IndexName: options.index && indexes[options.index],
      ConsistentRead: options.index === undefined,
      KeyConditionExpression: `#pk = :pk${range}`,
      ExpressionAttributeNames: { '#pk': pk, ...(range && { '#sk': sk }) },
      ExpressionAttributeValues: { ':pk': options.pk, ...(range && { ':sk': options.beginsWith ?? options.upTo }) },
      Limit: options.limit,
      ExclusiveStartKey: options.startAfter,
      ...(options.backwards && { ScanIndexForward: false }),
    }
    const answer = await this.send((abortSignal) => this.client.send(new QueryCommand(input), { abortSignal }))
    return { items: (answer.Items ?? []) as (T & Item & Key)[], last: answer.LastEvaluatedKey }
  }

  /** All items of a query, page by page. For what is bounded by a rule (members, pending invitations). */
  async queryAll<T = Item>(options: QueryOptions): Promise<(T & Item & Key)[]> {
    const items: (T & Item & Key)[] = []
    let startAfter = options.startAfter
    do {
      const page = await this.query<T>({ ...options, startAfter })
      items.push(...page.items)
      startAfter = page.last
    } while (startAfter)
    return items
  }

  /**
   * One page of what `gsi1` knows of somebody: the items' keys behind the position `after`, and the position of the last one where more
   * follow. `keyAt` says which item a position belongs to. An index is eventually consistent and gives no access: read the items.
   */
  async indexPage(pk: string, limit: number, after: string | undefined, keyAt: (position: string) => Key) {
    const startAfter = after === undefined ? undefined : { gsi1pk: pk, gsi1sk: after, ...keyAt(after) }
    const { items } = await this.query<{ gsi1sk: string }>({ index: 'gsi1', pk, limit: limit + 1, startAfter })
    const page = items.slice(0, limit)
    return { found: page.map(({ pk, sk }): Key => ({ pk, sk })), next: items.length > limit ? page.at(-1)?.gsi1sk : undefined }
  }

  /**
   * Writes all or nothing, once, also where an answer is lost (the transaction's token). A failed condition is an answer: the
   * `otherwise` of every write that failed is asked, and the first answer is thrown. Conflicts and throttles are tried again with jitter; after that 503 `unavailable`.
   */
  async write(...writes: readonly (Write | undefined)[]): Promise<void> {
    const wanted = writes.filter((write) => write !== undefined)
    const TransactItems = wanted.map(({ request }) => named(request, this.name))
    const deadline = this.patience()
    let token = randomUUID()
    for (let attempt = 1; ; attempt++) {
      const command = () => new TransactWriteCommand({ TransactItems, ClientRequestToken: token })
      try {
        await deadline.ask((abortSignal) => this.client.send(command(), { abortSignal }), { isPassing })
        return
      } catch (error) {
        const refused = refusalIn(error, wanted)
        if (refused) throw refused
        if (isCancelledInPassing(error)) token = randomUUID()
        else if (!isAway(error)) throw error
        await backOff(attempt, deadline, error)
      }
    }
  }

  /** As `change`, where only whether the condition held is of interest. */
  async attempt(key: Key, change: Change, condition: Condition): Promise<boolean> {
    return (await this.change(key, change, condition)) !== undefined
  }

  /** Changes an item that is there and answers it as it is then; undefined where there is none. For changes that can be made twice. */
  async change(key: Key, change: Change, condition: Condition = { test: 'exists', attribute: 'pk' }): Promise<Item | undefined> {
    const p = new Placeholders()
    const input = { UpdateExpression: changeText(change, p), ConditionExpression: conditionText(condition, p), ...p.maps() }
    const command = () => new UpdateCommand({ TableName: this.name, Key: { ...key }, ...input, ReturnValues: 'ALL_NEW' })
    try {
      return (await this.send((abortSignal) => this.client.send(command(), { abortSignal }))).Attributes
    } catch (error) {
      if (nameOf(error) === 'ConditionalCheckFailedException') return undefined
      throw error
    }
  }

  /** Sends a request that can be sent more than once, again where the table is away beyond the SDK's own retries or does not answer. */
  async send<T>(request: (signal: AbortSignal) => Promise<T>, deadline = this.patience()): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await deadline.ask(request, { isPassing: isAway })
      } catch (error) {
        if (!isAway(error)) throw error
        await backOff(attempt, deadline, error)
      }
    }
  }

  private patience(): Deadline {
    return this.deadline?.atMost(patience) ?? Deadline.in(patience)
  }
}

async function backOff(attempt: number, deadline: Deadline, cause?: unknown): Promise<void> {
  const wait = Math.random() * Math.min(1_000, 25 * 2 ** attempt)
  if (wait > deadline.remaining())
    throw new Refusal('unavailable', 'The service is busy. Send the request again.', { retryAfter: 1, cause })
  await pause(wait)
}

const textOf = (key: Key): string => `${key.pk}\n${key.sk}`

function named(request: Write['request'], TableName: string): Write['request'] {
  const [[kind, parameters]] = Object.entries(request) as [[string, object]]
  return { [kind]: { ...parameters, TableName } }
}

const reasonsOf = (error: unknown): readonly CancellationReason[] =>
  nameOf(error) === 'TransactionCanceledException'
    ? ((error as { CancellationReasons?: CancellationReason[] }).CancellationReasons ?? [])
    : []

function refusalIn(error: unknown, writes: readonly Write[]): Error | undefined {
  const failed = reasonsOf(error).flatMap((reason, i) =>
    reason.Code === 'ConditionalCheckFailed'
      ? { write: writes[i], found: reason.Item && unmarshall(reason.Item, { wrapNumbers: exactNumber }) }
      : [],
  )
  return failed.map(({ write, found }) => write?.otherwise(found))[0]
}

/** Cancelled as a whole by a conflict or throttle: nothing was written. */
function isCancelledInPassing(error: unknown): boolean {
  const codes = reasonsOf(error).map((reason) => reason.Code ?? 'None')
  return codes.some((code) => transient.has(code)) && codes.every((code) => code === 'None' || transient.has(code))
}

/** Throttled, failing or out of reach beyond the SDK's own retries: the outcome may be unknown. */
function isAway(error: unknown): boolean {
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } }
  return away.has(nameOf(error)) || ($metadata?.httpStatusCode ?? 0) >= 500 || (typeof code === 'string' && /^E[A-Z_]+$/.test(code))
}

/** No answer while another request of the same transaction is under way: it may have met that one. */
const isPassing = (error: unknown): boolean => isAway(error) || isCancelledInPassing(error)

/** A document client as Atrium uses it: undefined attributes are left out, numbers are exact. */
export const documentClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    unmarshallOptions: { wrapNumbers: exactNumber },
  })

/** Opens the table with the SDK's own settings (region, credentials and endpoint from the environment). An answer is waited for as long as the deadline says. */
export const openTable = ({ settings }: { readonly settings: { readonly TABLE_NAME: string } }): Table =>
  new Table(documentClient(new DynamoDBClient({})), settings.TABLE_NAME)
