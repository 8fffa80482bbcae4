import type { Collected, Listed, Swept } from './attributes.ts'

/** Where an item is. */
export interface Place {
  readonly pk: string
  readonly sk: string
}

/** What an item is, in words (docs/table.md prints them), and as a type: its attributes beside the table's own. */
export type Item<T> = string & { readonly [attributes]?: T }
declare const attributes: unique symbol

/**
 * All that the table knows of a kind of item. Keys are texts with named parts (`MEMBER#<accountId>`): ids and hashes, never what a user
 * typed. Stored names stay for ever: what is in the table has them.
 */
export interface Declaration {
  readonly is: Item<unknown>
  readonly pk: string
  readonly sk: string
  /** It is listed as somebody's: its key in the index `gsi1`. */
  readonly listed?: Pick<Declaration, 'pk' | 'sk'>
  /** The sweep has to look at it at times: it has a place in the index `gsi2` then. */
  readonly swept?: true
  /** It has a time to live, and is collected by itself. */
  readonly ttl?: true
  /** What a deletion's receipt counts it as, where it goes with its workspace. */
  readonly kind?: string
  /** What attributes are that an item of an earlier version lacks: its noun says so, and every read fills them in. */
  readonly defaults?: Readonly<Record<string, unknown>>
}

/** The type of an item, by its declaration. */
export type ItemOf<D extends Declaration> = (D['is'] extends Item<infer T> ? T : never) &
  (D extends { listed: object } ? Listed : unknown) &
  (D extends { swept: true } ? Swept : unknown) &
  (D extends { ttl: true } ? Collected : unknown)

class ItemKey<T> implements Place {
  readonly pk: string
  readonly sk: string
  /** For the compiler alone: no other object is a key, and none of another type's item. */
  declare protected readonly item: T
  readonly #declaration: Declaration

  constructor(declaration: Declaration, { pk, sk }: Place) {
    this.#declaration = declaration
    this.pk = pk
    this.sk = sk
  }

  static declarationOf(key: Key): Declaration {
    return key.#declaration
  }
}

/** What is declared of the item that a key is of. */
export const declarationOf = (key: Key): Declaration => ItemKey.declarationOf(key)

/** Where an item is, and of which type it is: what is read under a key has the key's type. Only a declaration makes one. */
export type Key<T = unknown> = ItemKey<T>

type PartIn<Text extends string> = Text extends `${string}<${infer Part}>${infer Rest}` ? Part | PartIn<Rest> : never

type IsOne<Part, All = Part> = Part extends unknown ? ([All] extends [Part] ? true : false) : never

type Named<Part extends string> = { readonly [P in Part]: P extends 'shard' ? number : string }

/** What a text is filled with: its parts by name, the only part itself, or nothing where it has none. */
type Filling<Part extends string> = [Part] extends [never] ? [] : IsOne<Part> extends true ? [part: string] : [parts: Named<Part>]

/** A declaration that, called with the parts of its key, makes the key. */
export type Entity<D extends Declaration = Declaration> = D & ((...parts: Filling<PartIn<D['pk'] | D['sk']>>) => Key<ItemOf<D>>)

const filled = (text: string, parts: object | string | undefined): string =>
  text.replace(/<(\w+)>/g, (_, name: string) => String(typeof parts === 'object' ? Reflect.get(parts, name) : parts))

/** Declares a kind of item. Mark the call as pure, so that a function's bundle has those entities alone that it names. */
export function entity<const D extends Declaration>(declaration: D): Entity<D> {
  const keyOf = (parts?: object | string) =>
    new ItemKey(declaration, { pk: filled(declaration.pk, parts), sk: filled(declaration.sk, parts) })
  return Object.assign(keyOf, declaration) as Entity<D>
}

/** How a text begins, whatever its parts are. */
export const beginOf = (text: string): string => text.split('<', 1)[0] ?? ''

const fits = (text: string, filled: string): boolean => (text.includes('<') ? filled.startsWith(beginOf(text)) : filled === text)

/** Whether an item of this kind can be at a place. */
export const isPlaceOf = ({ pk, sk }: Declaration, place: Place): boolean => fits(pk, place.pk) && fits(sk, place.sk)

/** The keys of those places that are of this kind. */
export const keysOf = <D extends Declaration>(of: D, places: readonly Place[]): Key<ItemOf<D>>[] =>
  places.filter((place) => isPlaceOf(of, place)).map((place) => new ItemKey(of, place))

/** A place in the index `gsi1`. */
export const listedAt = <L extends { readonly pk: string; readonly sk: string }>(
  { listed }: { readonly listed: L },
  parts: Named<PartIn<L['pk'] | L['sk']>>,
): Required<Listed> => ({ gsi1pk: filled(listed.pk, parts), gsi1sk: filled(listed.sk, parts) })
