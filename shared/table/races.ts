import { Refusal } from '../domain/refusals.ts'

/** Somebody else changed what a write was decided on: read again and decide again. */
export class Changed extends Error {}

/** The meaning of a condition that holds unless somebody else was quicker. */
export const changed = (): Error => new Changed('The data has changed since it was read')

/** How long somebody who loses such races goes on, in milliseconds: nearly as long as the shortest operation may take. */
const retryTimeoutMs = 8_000

/** Of many who change one item at once, those who lost come back at different moments. In milliseconds. */
export const pauseAfter = (attempt: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(300, 5 * 2 ** attempt)))

/** Decides and writes on what was read, and where that has changed meanwhile reads again and decides again; at last refuses `unavailable`. */
export async function untilUnchanged<S, R>(first: S, again: () => Promise<S>, decide: (seen: S) => Promise<R>): Promise<R> {
  let seen = first
  const deadline = Date.now() + retryTimeoutMs
  for (let attempt = 1; ; attempt++) {
    try {
      return await decide(seen)
    } catch (error) {
      if (!(error instanceof Changed)) throw error
      if (Date.now() > deadline)
        throw new Refusal('unavailable', 'Too many changes are happening at once. Send the request again.', { retryAfter: 1 })
      if (attempt > 1) await pauseAfter(attempt)
      seen = await again()
    }
  }
}

/** Waits for a write that is pointless where somebody else was quicker; false then. */
export async function ifUnchanged(write: Promise<void>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof Changed) return false
    throw error
  }
}
