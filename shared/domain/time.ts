import * as z from 'zod/mini'

/** A moment in answers and at rest: ISO 8601 in UTC with milliseconds; sorts as text. */
export const instantSchema = z.iso
  .datetime({ precision: 3 })
  .register(z.globalRegistry, { description: 'ISO 8601 in UTC with milliseconds', examples: ['2026-11-24T10:00:00.000Z'] })

/** The moment `seconds` after `from`, as text. */
export const later = (from: Date, seconds: number): string => new Date(from.getTime() + seconds * 1000).toISOString()

/** The earlier of two moments. */
export function earlier(one: string, other: string): string {
  const [first = one] = [one, other].sort()
  return first
}

/** The UTC day of a moment: `2026-11-24`. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10)

/** Seconds until the next UTC day begins, at least 1. */
export const secondsToNextDay = (now: Date): number => Math.ceil((86_400_000 - (now.getTime() % 86_400_000)) / 1000)

/** Seconds from `now` until a moment given as text; negative if it is past. */
export const secondsUntil = (moment: string, now: Date): number => (Date.parse(moment) - now.getTime()) / 1000

/** A moment as DynamoDB's time to live wants it: whole seconds since 1970. */
export const epochSeconds = (moment: string): number => Math.ceil(Date.parse(moment) / 1000)

/** A moment from a request: ISO 8601 with any offset and precision, converted to UTC with milliseconds. */
export const anyInstantSchema = z.pipe(
  z.iso.datetime({ offset: true, error: 'Send an ISO 8601 time, such as 2026-11-24T10:00:00.000Z.' }),
  z.transform((text) => new Date(text).toISOString()),
)
