import { StripeRefusal } from './errors.ts'
import type { Remembered } from './store.ts'

/** Stripe forgets an idempotency key after 24 hours. */
const lifetimeMs = 24 * 60 * 60 * 1_000

/** A request with an idempotency key. */
export type Keyed = Pick<Remembered, 'key' | 'path' | 'fingerprint'>

const refusal = (status: number, message: string, code?: string) =>
  new StripeRefusal(status, { type: 'idempotency_error', message, ...(code !== undefined && { code }) })

/** The stored answer if this request is a retry; undefined if it is the first. Refuses a key that was used for a different request. */
export function firstAnswer(
  answers: ReadonlyMap<string, Remembered>,
  { key, path, fingerprint }: Keyed,
  now: Date,
): Remembered | undefined {
  const first = answers.get(key)
  if (!first || now.getTime() - first.at >= lifetimeMs) return undefined
  const other = `Try using a key other than '${key}' if you meant to execute a different request.`
  if (first.path !== path)
    throw refusal(
      400,
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${first.path}'). ${other}`,
    )
  if (first.fingerprint !== fingerprint)
    throw refusal(400, `Keys for idempotent requests can only be used with the same parameters they were first used with. ${other}`)
  return first
}

/** The keys of requests in progress. */
export interface KeysInUse {
  /** Holds a key while `action` runs; 409 if another request holds it. Requests without a key never conflict. */
  during<T>(key: string, action: () => Promise<T>): Promise<T>
}

/** No key is in use yet. */
export function keysInUse(): KeysInUse {
  const taken = new Set<string>()
  return {
    during: async (key, action) => {
      if (key === '') return action()
      if (key.length > 255) throw refusal(400, 'Idempotency keys can have up to 255 characters.')
      if (taken.has(key))
        throw refusal(409, `There is currently another in-progress request using this Idempotent Key: ${key}.`, 'idempotency_key_in_use')
      taken.add(key)
      try {
        return await action()
      } finally {
        taken.delete(key)
      }
    },
  }
}
