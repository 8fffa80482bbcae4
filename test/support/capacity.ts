import { indexes } from '#shared/table/design/attributes.ts'
import type { Key } from '#shared/table/design/entity.ts'
import type { Item } from '#shared/table/engine.ts'
import { rawKey } from './raw-key.ts'

/** An item before or after a write; undefined if it does not exist. */
export type Image = Item | undefined

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const utf8 = (text: string): number => Buffer.byteLength(text)

/** One byte per two significant digits, one more, and one for a sign. */
const numberSize = (text: string): number =>
  Math.ceil(text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length / 2) + (text.startsWith('-') ? 2 : 1)

function valueSize(value: unknown): number {
  if (typeof value === 'string') return utf8(value)
  if (typeof value === 'number' || typeof value === 'bigint') return numberSize(String(value))
  if (value instanceof Set) return sum([...value].map(valueSize))
  if (Array.isArray(value)) return 3 + sum(value.map((element) => 1 + valueSize(element)))
  if (value && typeof value === 'object') return 3 + Object.keys(value).length + itemSize(value)
  return 1
}

/** Bytes of an item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const itemSize = (item: object): number =>
  sum(Object.entries(item).map(([name, value]) => (value === undefined ? 0 : utf8(name) + valueSize(value))))

/** RRU of reading this many bytes at once: 1 per started 4 KiB if consistent, otherwise half. A missing item costs as much. */
export const readUnits = (bytes: number, consistent: boolean): number => Math.max(1, Math.ceil(bytes / 4_096)) * (consistent ? 1 : 0.5)

const writtenUnits = (...images: readonly Image[]): number =>
  Math.max(1, ...images.map((image) => (image ? Math.ceil(itemSize(image) / 1_024) : 1)))

const entry = (index: string, image: Image): string | undefined =>
  image?.[`${index}pk`] === undefined ? undefined : `${image[`${index}pk`]}\n${image[`${index}sk`]}`

/** An entry that is added to or removed from an index is one write there; one that moves is two. Both indexes project keys only. */
const indexUnits = (before: Image, after: Image): number =>
  sum(
    Object.keys(indexes).map((index) => {
      const [from, to] = [entry(index, before), entry(index, after)]
      return from === to ? 0 : (from ? 1 : 0) + (to ? 1 : 0)
    }),
  )

/**
 * WCU of one write: 1 per started KiB of the item before or after, whichever is larger; doubled in a transaction, where a check costs as
 * much as a write; plus the writes in the indexes.
 */
export const writeUnits = (before: Image, after: Image, inTransaction: boolean): number =>
  (inTransaction ? 2 : 1) * writtenUnits(before, after) + indexUnits(before, after)

/** A key as it appears in a call: in DynamoDB's own format, or in the document client's. */
type RawKey = Readonly<Record<'pk' | 'sk', string | { readonly S: string }>>

const text = (value: string | { readonly S: string }): string => (typeof value === 'string' ? value : value.S)

const plain = ({ pk, sk }: RawKey): Key<Item> => rawKey({ pk: text(pk), sk: text(sk) })

type Request = Readonly<Record<string, { readonly Key?: RawKey; readonly Item?: RawKey } | undefined>>

/** The parts of a DynamoDB call's input that determine what it reads or writes. */
export interface CallInput {
  readonly TransactItems?: readonly Request[]
  readonly Key?: RawKey
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly RawKey[] } | readonly Request[]>>
  readonly KeyConditionExpression?: string
  readonly ExpressionAttributeValues?: Readonly<Record<string, string | { readonly S: string }>>
  readonly ConsistentRead?: boolean
  readonly ProjectionExpression?: string
}

const keysIn = (requests: readonly Request[]): RawKey[] =>
  requests.flatMap((request) => Object.values(request).flatMap((each) => each?.Key ?? each?.Item ?? []))

const isBatch = (batch: object): batch is readonly Request[] => Array.isArray(batch)

/** The keys that a call writes or checks. */
export function writtenKeys({ TransactItems, Key: key, RequestItems = {} }: CallInput): Key<Item>[] {
  const batches = Object.values(RequestItems).filter(isBatch)
  return [...keysIn(TransactItems ?? []), ...(key ? [key] : []), ...batches.flatMap(keysIn)].map(plain)
}

/** The keys that a call reads one by one. */
export const readKeys = ({ RequestItems = {} }: CallInput): readonly Key<Item>[] =>
  Object.values(RequestItems).flatMap((batch) => ('Keys' in batch ? batch.Keys.map(plain) : []))

/** The keys found by a query that does not return whole items. */
export const foundKeys = ({ ExpressionAttributeValues = {} }: CallInput, found: readonly object[]): readonly Key<Item>[] =>
  found.map((item) => plain({ pk: ExpressionAttributeValues[':pk'] ?? '', ...item } as RawKey))
