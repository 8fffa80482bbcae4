import { type AttributeValue, BatchWriteItemCommand, QueryCommand, type WriteRequest } from '@aws-sdk/client-dynamodb'
import type { Deletion, PurgePage } from '../domain/deletion.ts'
import { progress } from './deletions.ts'
import type { Collection } from './design/collection.ts'
import type { Place } from './design/entity.ts'
import { kindOf } from './design/kinds.ts'
import type { Table } from './engine.ts'

/** Items a page at most, and how many deletes are under way at once (25 items each). */
const pageSize = 1000
const parallel = 8

/** Which items go: all of a collection, but for the one that goes last. */
export interface ItemsToPurge {
  readonly of: Collection
  readonly except?: Place
}

/** What a purge needs beside the table: the time, and whether there is enough of it for another page. */
export interface PurgeClock {
  readonly clock: () => Date
  readonly hasTime: () => boolean
}

/**
 * Erases items page by page, at constant memory, and counts them exactly. Before a page is erased, its bounds and the counts with it are
 * written down: a worker that dies in between leaves a page that the next one erases without counting it again. Answers the deletion as
 * it is then, and whether nothing is left; undefined where another worker has gone on meanwhile.
 */
export async function purge(table: Table, deletion: Deletion, itemsToPurge: readonly ItemsToPurge[], { clock, hasTime }: PurgeClock) {
  let current = deletion
  if (current.page) await erase(table, (await readPage(table, partOf(current.page, itemsToPurge), { bounds: current.page })).keys)
  for (const part of itemsToPurge) {
    let { keys, last } = await readPage(table, part)
    while (keys.length > 0) {
      const page = { pk: part.of.pk, first: keys[0]?.sk ?? '', last: keys.at(-1)?.sk ?? '' }
      const note = { page, purged: counted(current.purged, keys), pageNumber: current.pageNumber + 1 }
      const noted = await progress(table, current, note, clock())
      if (!noted) return undefined
      current = noted
      // What follows is read meanwhile; nothing is left once a read from the start says so.
      const [next] = await Promise.all([last && readPage(table, part, { after: last }), erase(table, keys)])
      if (!hasTime()) return { deletion: current, isDone: false }
      ;({ keys, last } = next?.keys.length ? next : await readPage(table, part))
    }
  }
  return { deletion: current, isDone: true }
}

/** What a page that was noted is a page of. */
const partOf = ({ pk }: PurgePage, itemsToPurge: readonly ItemsToPurge[]): ItemsToPurge =>
  itemsToPurge.find(({ of }) => of.pk === pk) ?? { of: { pk } }

function counted(before: Readonly<Record<string, number>>, keys: readonly Place[]): Record<string, number> {
  const purged = { ...before }
  for (const key of keys) purged[kindOf(key)] = (purged[kindOf(key)] ?? 0) + 1
  return purged
}

type Attributes = Record<string, AttributeValue>

interface Page {
  readonly keys: readonly Place[]
  /** Where the next page starts; undefined where there is none. */
  readonly last: Attributes | undefined
}

/** The keys of a page: the first of what is left, or of what is left behind a key, or what is left between the bounds of a page that was noted. */
async function readPage(
  table: Table,
  { of: { pk, beginsWith = '' }, except }: ItemsToPurge,
  { after, bounds }: { after?: Attributes; bounds?: PurgePage } = {},
): Promise<Page> {
  const range = bounds ? 'sk BETWEEN :from AND :to' : beginsWith ? 'begins_with(sk, :from)' : ''
  const from = range && { ':from': { S: bounds?.first ?? beginsWith } }
  const input = {
    TableName: table.name,
    ConsistentRead: true,
    KeyConditionExpression: ['pk = :pk', range].filter(Boolean).join(' AND '),
    ExpressionAttributeValues: { ':pk': { S: pk }, ...from, ...(bounds && { ':to': { S: bounds.last } }) },
    ProjectionExpression: 'sk',
    ExclusiveStartKey: after,
    Limit: pageSize,
  }
  const { Items = [], LastEvaluatedKey } = await table.send((abortSignal) => table.client.send(new QueryCommand(input), { abortSignal }))
  const keys = Items.map(({ sk }) => ({ pk, sk: sk?.S ?? '' })).filter(({ sk }) => sk !== except?.sk)
  return { keys, last: LastEvaluatedKey }
}

async function erase(table: Table, keys: readonly Place[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(keys.length / 25) }, (_, i) => keys.slice(i * 25, i * 25 + 25))
  const work = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) await eraseBatch(table, batch)
  }
  await Promise.all(Array.from({ length: parallel }, work))
}

/** As DynamoDB's own format: of a page's time, converting values would take a fifth. */
async function eraseBatch(table: Table, batch: readonly Place[]): Promise<void> {
  let open: WriteRequest[] = batch.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk: { S: pk }, sk: { S: sk } } } }))
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1000, 25 * 2 ** attempt)))
    const input = { RequestItems: { [table.name]: open } }
    const answer = await table.send((abortSignal) => table.client.send(new BatchWriteItemCommand(input), { abortSignal }))
    open = answer.UnprocessedItems?.[table.name] ?? []
  }
}
