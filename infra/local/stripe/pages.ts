import type { Endpoint } from './endpoint.ts'
import { done } from './endpoint.ts'
import { missing } from './errors.ts'
import type { Form } from './form.ts'
import { integer, onlyKnown, text } from './params.ts'
import type { State } from './store.ts'

interface Identified {
  readonly id: string
}

/** What to list: the objects (oldest first), the field by which they can be filtered, and Stripe's name for one of them. */
export interface Listing<T extends Identified> {
  readonly url: string
  readonly kind: 'customer' | 'payment_intent'
  readonly filters: readonly (string & keyof T)[]
  readonly objects: (state: State) => readonly T[]
}

const defaultLimit = '10'

/** `GET` of a list: newest first, `limit` 1 to 100, `starting_after` or `ending_before` an id. */
export const listEndpoint =
  <T extends Identified>(listing: Listing<T>): Endpoint =>
  (form) => {
    onlyKnown(form, ['limit', 'starting_after', 'ending_before', ...listing.filters])
    const limit = integer(text(form, 'limit') ?? defaultLimit, 'limit', { least: 1, most: 100 })
    const wanted = listing.filters.map((name) => [name, text(form, name)] as const)
    return ({ state }) => {
      const newestFirst = listing.objects(state).toReversed()
      const found = window(newestFirst, form, listing.kind).filter((object) =>
        wanted.every(([name, value]) => value === undefined || object[name] === value),
      )
      const data = form.ending_before === undefined ? found.slice(0, limit) : found.slice(-limit)
      return done({ object: 'list', data, has_more: found.length > limit, url: listing.url })
    }
  }

function window<T extends Identified>(newestFirst: readonly T[], form: Form, kind: Listing<T>['kind']): readonly T[] {
  const place = (param: string) => {
    const id = text(form, param)
    const index = newestFirst.findIndex((object) => object.id === id)
    if (id !== undefined && index < 0) throw missing(kind, id, { param })
    return id === undefined ? undefined : index
  }
  const after = place('starting_after')
  return newestFirst.slice(after === undefined ? 0 : after + 1, place('ending_before'))
}
