import type { indexes } from './attributes.ts'
import { beginOf, type Declaration, type ItemOf, type Place } from './entity.ts'

/** There for the compiler alone: no collection has such a property. */
declare const item: unique symbol

/** What is asked for together: one partition of the table or of an index, whole or a range of it, and of which type its items are. */
export interface Collection<out T = unknown> {
  readonly index?: keyof typeof indexes
  readonly pk: string
  /** Of which kind its items are, where they are read as a whole. */
  readonly of?: Declaration
  /** Sort keys that begin with this. */
  readonly beginsWith?: string
  /** Sort keys up to and including this. */
  readonly upTo?: string
  /** From the last sort key back to the first. */
  readonly backwards?: boolean
  readonly [item]?: T
}

/** A collection that is read page by page. */
export interface Listing<out T = unknown> extends Collection<T> {
  /** Where the item is that stands at a position: the sort key, without what all of the collection begin with. */
  readonly placeAt: (position: string) => Place
}

/** All items of a kind in the partition of a key. */
export function beside<D extends Declaration>(of: D, { pk }: Place): Listing<ItemOf<D>> {
  const beginsWith = beginOf(of.sk)
  return { pk, of, beginsWith, placeAt: (position) => ({ pk, sk: `${beginsWith}${position}` }) }
}
