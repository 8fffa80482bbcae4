import type { indexes } from '../attributes.ts'
import type * as keys from '../keys.ts'

/** A kind of item, by its name. */
export type EntityName = Capitalize<keyof typeof keys>

type WriteOf = `${'put' | 'update' | 'check' | 'remove'} ${EntityName}`

/** One question or change that the table is made for: the call, and the items that it touches. Their cost follows from them. */
export type AccessPattern = { readonly is: string; readonly times?: string } & (
  | { readonly get: readonly EntityName[] }
  | { readonly query: EntityName; readonly index?: keyof typeof indexes; readonly andGet?: readonly EntityName[] }
  | { readonly write: readonly WriteOf[]; readonly optional?: readonly WriteOf[]; readonly indexWrites?: number }
  | { readonly update: EntityName; readonly indexWrites?: number }
  | { readonly batch: 'remove' }
)
