import type { Due } from './attributes.ts'
import type { Collection } from './collection.ts'
import { keysOf, type Place } from './entity.ts'
import * as keys from './keys.ts'

/** The due index is spread over this many partitions, each asked by the sweep. */
export const dueShards = 4

const shardOf = (id: string): number => (id.codePointAt(id.length - 1) ?? 0) % dueShards
const partition = (shard: number | string): string => `DUE#${shard}`

/** The partition of the index `gsi2` in words, for docs/table.md. */
export const duePartition = partition('<shard>')

/** A place in the index `gsi2`: the sweep looks at the item from `at` on. `id` says in which partition, always the same of an item. */
export const dueAt = (id: string, at: string): Required<Due> => ({ gsi2pk: partition(shardOf(id)), gsi2sk: at })

/** What the sweep must look at until a moment, in one of the index's partitions. */
export const dueUntil = (shard: number, until: string): Collection<Due> => ({ index: 'gsi2', pk: partition(shard), upTo: until })

/** The keys of due items, by what they are of. */
export const dueKeys = (found: readonly Place[]) => ({
  invitations: keysOf(keys.invitation, found),
  deletions: keysOf(keys.deletion, found),
  readers: keysOf(keys.reader, found),
  invoices: keysOf(keys.invoice, found),
  accounts: keysOf(keys.account, found),
})
