import type { Swept } from './attributes.ts'
import type { Collection } from './collection.ts'
import { keysOf, type Place } from './entity.ts'
import * as keys from './keys.ts'

/** The index of the sweep is spread over this many partitions. */
export const sweepShards = 4

const shardOf = (id: string): number => (id.codePointAt(id.length - 1) ?? 0) % sweepShards
const partition = (shard: number | string): string => `DUE#${shard}`

/** The partition of the index `gsi2` in words, for docs/table.md. */
export const sweepPartition = partition('<shard>')

/** A place in the index `gsi2`: the sweep looks at the item from `at` on. `id` says in which partition, always the same of an item. */
export const sweepAt = (id: string, at: string): Required<Swept> => ({ gsi2pk: partition(shardOf(id)), gsi2sk: at })

/** What the sweep must look at until a moment, in one of the index's partitions. */
export const sweepUntil = (shard: number, until: string): Collection<Swept> => ({ index: 'gsi2', pk: partition(shard), upTo: until })

/** The keys of due items, by kind. */
export const sweepKeys = (found: readonly Place[]) => ({
  invitations: keysOf(keys.invitation, found),
  deletions: keysOf(keys.deletion, found),
  readers: keysOf(keys.reader, found),
  invoices: keysOf(keys.invoice, found),
  accounts: keysOf(keys.account, found),
})
