import * as z from 'zod/mini'
import { fingerprint } from './ids.ts'
import { type FieldError, invalid } from './refusals.ts'

/** The query of every list: page size, and where to continue. */
export const pageQuery = z.strictObject({
  limit: z
    ._default(z.pipe(z.string().check(z.regex(/^([1-9]\d?|100)$/, 'Send a whole number from 1 to 100.')), z.transform(Number)), 50)
    .register(z.globalRegistry, {
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern
        Object.assign(jsonSchema, { type: 'integer', minimum: 1, maximum: 100, default: 50 })
      },
      description: 'The most entries to return',
    }),
  cursor: z.optional(z.string().check(z.minLength(1))).register(z.globalRegistry, { description: 'The `nextCursor` of the previous page' }),
})
export type PageQuery = z.infer<typeof pageQuery>

/** The answer of every list. */
export const pageOf = <S extends z.ZodMiniType>(item: S) => z.object({ data: z.array(item), nextCursor: z.nullable(z.string()) })

export interface Page<T> {
  readonly data: T[]
  readonly nextCursor: string | null
}

const tag = (list: string): string => fingerprint('cursor', list).slice(0, 16)

/** An opaque cursor: the position after which a list continues, bound to that list (its name and its owner). */
export const encodeCursor = (list: string, position: string): string => Buffer.from(tag(list) + position).toString('base64url')

const anyPosition = /^[\w.:#-]{1,200}$/

/** The position in a list's cursor; undefined if the cursor is not of that list. */
function positionIn(list: string, form: RegExp, cursor: string): string | undefined {
  const position = Buffer.from(cursor, 'base64url').toString().slice(16)
  return encodeCursor(list, position) === cursor && form.test(position) ? position : undefined
}

const wrong: FieldError = { pointer: '?cursor', detail: 'The cursor does not belong to this list. Remove it to start from the beginning.' }

/**
 * What is wrong with the cursor of a query, for the `check` of an operation that lists. `form` is what a position in this list looks like.
 */
export const cursorErrors = (
  list: string,
  query: { readonly cursor?: string | undefined } | undefined,
  form = anyPosition,
): FieldError[] => (query?.cursor === undefined || positionIn(list, form, query.cursor) !== undefined ? [] : [wrong])

/**
 * The position in a cursor. It moves only within the list that the request names: keys are built from the request. Refuses
 * (`invalid_request`) what is malformed or comes from another list.
 */
export function decodeCursor(list: string, form: RegExp, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const position = positionIn(list, form, cursor)
  if (position === undefined) throw invalid(wrong.pointer, wrong.detail)
  return position
}

/**
 * One page of a list that is in memory as a whole. `positionOf` is unique and sorts as the list does (in reverse with `newestFirst`).
 * Refuses a bad cursor (`invalid_request`).
 */
export function pageInMemory<T>(
  list: string,
  all: readonly T[],
  { positionOf, query, newestFirst = false }: { positionOf: (item: T) => string; query: PageQuery; newestFirst?: boolean },
): Page<T> {
  const isBehind = newestFirst ? (a: string, b: string) => a < b : (a: string, b: string) => a > b
  const after = decodeCursor(list, anyPosition, query.cursor)
  const rest = after === undefined ? [...all] : all.filter((item) => isBehind(positionOf(item), after))
  const data = rest.sort((a, b) => (isBehind(positionOf(a), positionOf(b)) ? 1 : -1)).slice(0, query.limit)
  const last = data.length < rest.length ? data.at(-1) : undefined
  return { data, nextCursor: last === undefined ? null : encodeCursor(list, positionOf(last)) }
}
