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
import { leanClient } from '../lean-client.ts'
import { type Change, type Condition, changeText, conditionText, exists, Placeholders } from './conditions.ts'
import { indexes, itemVersion, versionAttribute } from './design/attributes.ts'
import type { Collection, Listing } from './design/collection.ts'
import { type Declaration, declarationOf, type Key, type Place } from './design/entity.ts'

export type Item = Readonly<Record<string, unknown>>

/** What a failed condition means: the refusal to answer with, given the item as it stood (undefined where there was none). */
type Otherwise<T> = (found: T | undefined) => Error

/** One write of a transaction: its condition is the rule, `otherwise` says what its failure means. */
export interface Write {
  readonly request: NonNullable<TransactWriteCommandInput['TransactItems']>[number]
  readonly otherwise: Otherwise<Item>
}

/** What stood under a key has the key's type. */
const meaning =
  <T>(key: Key<T>, otherwise: Otherwise<T>): Otherwise<Item> =>
  (found) =>
    otherwise(found && (complete(declarationOf(key), found) as T))

/** An item as its noun knows it: what one of an earlier version lacks is filled in. */
const complete = <I extends Item>(of: Declaration | undefined, item: I): I => (of?.defaults ? { ...of.defaults, ...item } : item)

const unexpected = (): Error => new Error('A condition failed unexpectedly')

function conditional(condition: Condition | undefined, p: Placeholders) {
  return condition ? { ConditionExpression: conditionText(condition, p), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const } : {}
}

/** Puts a whole item under its key. */
export function put<T>(key: Key<T>, item: NoInfer<T>, condition?: Condition, otherwise: Otherwise<T> = unexpected): Write {
  const p = new Placeholders()
  const Item = { ...item, [versionAttribute]: itemVersion, pk: key.pk, sk: key.sk }
  return { request: { Put: { TableName: '', Item, ...conditional(condition, p), ...p.maps() } }, otherwise: meaning(key, otherwise) }
}

/** Changes attributes of an item. */
export function update<T>(key: Key<T>, change: Change, condition?: Condition, otherwise: Otherwise<T> = unexpected): Write {
  const p = new Placeholders()
  const expression = { UpdateExpression: changeText(change, p), ...conditional(condition, p) }
  return { request: { Update: { TableName: '', Key: { ...key }, ...expression, ...p.maps() } }, otherwise: meaning(key, otherwise) }
}

/** Deletes an item. */
export function remove<T>(key: Key<T>, condition?: Condition, otherwise: Otherwise<T> = unexpected): Write {
  const p = new Placeholders()
  return {
    request: { Delete: { TableName: '', Key: { ...key }, ...conditional(condition, p), ...p.maps() } },
    otherwise: meaning(key, otherwise),
  }
}

/** Changes nothing, and lets the transaction pass only under a condition. */
export function check<T>(key: Key<T>, condition: Condition, otherwise: Otherwise<T> = unexpected): Write {
  const p = new Placeholders()
  const text = conditionText(condition, p)
  const request = { TableName: '', Key: { ...key }, ConditionExpression: text, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }
  return { request: { ConditionCheck: { ...request, ...p.maps() } }, otherwise: meaning(key, otherwise) }
}

/** What is wanted of the table: a key, or keys in lists and under names, in any shape. */
export type Wanted = Key | readonly Wanted[] | { readonly [name: string]: Wanted }

/** What is found of it: the same shape, with an item of its key's type for each key. */
export type Found<W> = W extends Key<infer T> ? T | undefined : { [N in keyof W]: Found<W[N]> }

const isKey = (wanted: Wanted): wanted is Key => 'pk' in wanted && typeof wanted.pk === 'string'

const keysIn = (wanted: Wanted): readonly Key[] => (isKey(wanted) ? [wanted] : Object.values<Wanted>({ ...wanted }).flatMap(keysIn))

function shaped(wanted: Wanted, itemAt: (key: Key) => unknown): unknown {
  if (isKey(wanted)) return itemAt(wanted)
  if (Array.isArray(wanted)) return wanted.map((each) => shaped(each, itemAt))
  return Object.fromEntries(Object.entries(wanted).map(([name, each]) => [name, shaped(each, itemAt)]))
}

export interface PageOptions {
  readonly startAfter?: Item | undefined
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
const callTimeoutMs = 9_000

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

  /**
   * Reads what is wanted, strongly consistent, and answers it in the shape in which it was asked for: one round (parallel calls of 100
   * keys count as one). It is no snapshot: items that were written together may be read from before and after.
   */
  get<const W extends Wanted>(wanted: W): Promise<Found<W>>
  async get(wanted: Wanted): Promise<unknown> {
    const distinct = [...new Map(keysIn(wanted).map((key) => [textOf(key), key])).values()]
    const chunks = Array.from({ length: Math.ceil(distinct.length / 100) }, (_, i) => distinct.slice(i * 100, i * 100 + 100))
    const found = new Map((await Promise.all(chunks.map((chunk) => this.getChunk(chunk)))).flat().map((item) => [textOf(item), item]))
    return shaped(wanted, (key) => {
      const item = found.get(textOf(key))
      return item && complete(declarationOf(key), item)
    })
  }

  private async getChunk(chunk: readonly Key[]): Promise<(Item & Place)[]> {
    const items: (Item & Place)[] = []
    let open: Record<string, unknown>[] = [...chunk.map((key) => ({ ...key }))]
    const deadline = this.newDeadline()
    for (let attempt = 0; open.length > 0; attempt++) {
      if (attempt > 0) await backOff(attempt, deadline)
      const command = () => new BatchGetCommand({ RequestItems: { [this.name]: { Keys: open, ConsistentRead: true } } })
      const answer = await this.send((abortSignal) => this.client.send(command(), { abortSignal }), deadline)
      items.push(...((answer.Responses?.[this.name] ?? []) as (Item & Place)[]))
      open = answer.UnprocessedKeys?.[this.name]?.Keys ?? []
    }
    return items
  }

  /** One page of a collection: strongly consistent on the table, eventually on an index. `last` is where the next page starts. */
  async query<T>(
    collection: Collection<T>,
    { startAfter, limit }: PageOptions = {},
  ): Promise<{ items: (T & Place)[]; last: Item | undefined }> {
    const { index, pk, beginsWith, upTo, backwards } = collection
    const names = index ? { '#pk': `${index}pk`, '#sk': `${index}sk` } : { '#pk': 'pk', '#sk': 'sk' }
    const range = beginsWith ? ' AND begins_with(#sk, :sk)' : upTo ? ' AND #sk <= :sk' : ''
    const input: QueryCommandInput = {
      TableName: this.name,
      IndexName: index && indexes[index],
      ConsistentRead: index === undefined,
      KeyConditionExpression: `#pk = :pk${range}`,
      ExpressionAttributeNames: range ? names : { '#pk': names['#pk'] },
      ExpressionAttributeValues: { ':pk': pk, ...(range && { ':sk': beginsWith ?? upTo }) },
      Limit: limit,
      ExclusiveStartKey: startAfter,
      ...(backwards && { ScanIndexForward: false }),
    }
    const answer = await this.send((abortSignal) => this.client.send(new QueryCommand(input), { abortSignal }))
    const items = (answer.Items ?? []).map((item) => complete(collection.of, item))
    return { items: items as (T & Place)[], last: answer.LastEvaluatedKey }
  }

  /** All items of a collection, page by page. For what is bounded by a rule (members, pending invitations). */
  async queryAll<T>(collection: Collection<T>): Promise<(T & Place)[]> {
    const items: (T & Place)[] = []
    let startAfter: Item | undefined
    do {
      const page = await this.query(collection, { startAfter })
      items.push(...page.items)
      startAfter = page.last
    } while (startAfter)
    return items
  }

  /**
   * One page of a listing behind a position, and the position of the last item where more follow. An index is eventually consistent, holds
   * keys alone and gives no access: read the items.
   */
  async page<T>(
    listing: Listing<T>,
    limit: number,
    after: string | undefined,
  ): Promise<{ items: (T & Place)[]; next: string | undefined }> {
    const { index, pk, placeAt } = listing
    const at = (position: string) => ({ ...placeAt(position), ...(index && { [`${index}pk`]: pk, [`${index}sk`]: position }) })
    const found = await this.query(listing, { limit: limit + 1, startAfter: after === undefined ? undefined : at(after) })
    const items = found.items.slice(0, limit)
    const last = found.items.length > limit ? items.at(-1) : undefined
    return { items, next: last && positionOf(last, listing) }
  }

  /**
   * Writes all or nothing, once, also where an answer is lost (the transaction's token). A failed condition is an answer: the
   * `otherwise` of every write that failed is asked, and the first answer is thrown. Conflicts and throttles are tried again with jitter; after that 503 `unavailable`.
   */
  async write(...writes: readonly (Write | undefined)[]): Promise<void> {
    const wanted = writes.filter((write) => write !== undefined)
    const TransactItems = wanted.map(({ request }) => named(request, this.name))
    const deadline = this.newDeadline()
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
  async change<T>(key: Key<T>, change: Change, condition: Condition = exists('pk')): Promise<T | undefined> {
    const p = new Placeholders()
    const input = { UpdateExpression: changeText(change, p), ConditionExpression: conditionText(condition, p), ...p.maps() }
    const command = () => new UpdateCommand({ TableName: this.name, Key: { ...key }, ...input, ReturnValues: 'ALL_NEW' })
    try {
      const { Attributes: item = {} } = await this.send((abortSignal) => this.client.send(command(), { abortSignal }))
      return complete(declarationOf(key), item) as T
    } catch (error) {
      if (nameOf(error) === 'ConditionalCheckFailedException') return undefined
      throw error
    }
  }

  /** Sends a request that can be sent more than once, again where the table is away beyond the SDK's own retries or does not answer. */
  async send<T>(request: (signal: AbortSignal) => Promise<T>, deadline = this.newDeadline()): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await deadline.ask(request, { isPassing: isAway })
      } catch (error) {
        if (!isAway(error)) throw error
        await backOff(attempt, deadline, error)
      }
    }
  }

  private newDeadline(): Deadline {
    return this.deadline?.atMost(callTimeoutMs) ?? Deadline.in(callTimeoutMs)
  }
}

async function backOff(attempt: number, deadline: Deadline, cause?: unknown): Promise<void> {
  const wait = Math.random() * Math.min(1_000, 25 * 2 ** attempt)
  if (wait > deadline.remaining())
    throw new Refusal('unavailable', 'The service is busy. Send the request again.', { retryAfter: 1, cause })
  await pause(wait)
}

/** Where an item stands in a listing. */
const positionOf = (item: Place, { index, beginsWith = '' }: Listing): string =>
  String(({ ...item } as Item)[index ? `${index}sk` : 'sk']).slice(beginsWith.length)

const textOf = ({ pk, sk }: Place): string => `${pk}\n${sk}`

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
  new Table(documentClient(leanClient(new DynamoDBClient({}))), settings.TABLE_NAME)
