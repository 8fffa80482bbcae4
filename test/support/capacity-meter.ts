import type { Item, Table } from '#shared/table/engine.ts'
import { type CallInput, foundKeys, itemSize, readKeys, readUnits, writeUnits, writtenKeys } from './capacity.ts'

/** The capacity that calls consumed, computed by AWS's rules, because DynamoDB Local reports that of transactions incorrectly. */
export interface Capacity {
  /** Read request units. */
  readonly rru: number
  /** Write capacity units. A failed call costs as much as if it had changed nothing. */
  readonly wcu: number
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

const sizeOf = (item: Item | undefined): number => (item ? itemSize(item) : 0)

async function unitsRead(table: Table, input: CallInput, found: readonly Item[]): Promise<number> {
  const read = await table.get(readKeys(input))
  if (!input.KeyConditionExpression) return sum(read.map((item) => readUnits(sizeOf(item), true)))
  const items = input.ProjectionExpression ? await table.get(foundKeys(input, found)) : found
  return readUnits(sum(items.map(sizeOf)), input.ConsistentRead === true)
}

/** Counts the capacity of every call to a table, using a second client that looks at the same table. Returns how to read the count. */
export function countCapacity({ client }: Table, unmetered: Table): { reset: () => void; read: () => Capacity } {
  let [rru, wcu] = [0, 0]
  client.middlewareStack.add(
    (next) => async (args) => {
      const input = args.input as CallInput
      const written = writtenKeys(input)
      const before = await unmetered.get(written)
      let found: Item[] = []
      try {
        const answer = await next(args)
        found = (answer.output as { Items?: Item[] }).Items ?? []
        return answer
      } finally {
        const read = await unitsRead(unmetered, input, found)
        const after = await unmetered.get(written)
        rru += read
        wcu += sum(written.map((_, i) => writeUnits(before[i], after[i], input.TransactItems !== undefined)))
      }
    },
    { step: 'initialize', name: 'capacity' },
  )
  return {
    reset: () => {
      rru = wcu = 0
    },
    read: () => ({ rru, wcu }),
  }
}
