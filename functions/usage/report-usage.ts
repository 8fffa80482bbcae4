import * as z from 'zod/mini'
import { quantitySchema, worthOf, worthOfAmount } from '#shared/domain/decimal.ts'
import { priceBook } from '#shared/domain/price-book.ts'
import type { FieldError } from '#shared/domain/refusals.ts'
import { listOf } from '#shared/domain/schemas.ts'
import { anyInstantSchema, later } from '#shared/domain/time.ts'
import type { UsageEvent } from '#shared/domain/usage.ts'
import { access, operation } from '#shared/http/operation.ts'
import { countEvents } from '#shared/table/usage.ts'

const eventSchema = z.strictObject({
  id: z.string().check(
    z.minLength(1),
    z.maxLength(255),
    z.refine((id) => id.isWellFormed(), 'The event id must be well-formed Unicode.'),
  ),
  meter: z
    .string()
    .check(z.refine((meter) => priceBook.meters.some(({ id }) => id === meter), 'Unknown meter. GET /v1/meters lists them all.')),
  quantity: quantitySchema,
  occurredAt: z.optional(anyInstantSchema),
})
type Event = z.output<typeof eventSchema>

/** What is wrong with an event at the current time. */
function errorsOf(occurredAt: string | undefined, i: number, now: Date): FieldError[] {
  const late = occurredAt !== undefined && occurredAt > later(now, 300)
  const early = occurredAt !== undefined && occurredAt < later(now, -30 * 86_400)
  return [
    ...(late ? [{ pointer: `/events/${i}/occurredAt`, detail: 'This time is more than 5 minutes in the future. Check your clock.' }] : []),
    ...(early ? [{ pointer: `/events/${i}/occurredAt`, detail: 'This time is more than 30 days in the past. Leave the event out.' }] : []),
  ]
}

const usageEvent = (event: Event, now: Date): UsageEvent => ({
  ...event,
  occurredAt: event.occurredAt ?? now.toISOString(),
  worth: worthOf(event.quantity, priceOf(event.meter)),
})

const priceOf = (meter: string): string => priceBook.meters.find(({ id }) => id === meter)?.unitPrice ?? '0'

export const reportUsage = operation({
  name: 'reportUsage',
  method: 'POST',
  path: '/v1/usage-events',
  summary: 'Report usage; each event counts once, however often you send it',
  tag: 'Usage and billing',
  access: access.apiKey('reportUsage'),
  services: ['table'],
  tableActions: ['put', 'update', 'check'],
  body: z.strictObject({ events: listOf(eventSchema, 1, 100) }),
  output: z.object({ accepted: z.int(), duplicates: z.int() }),
  refuses: ['usage_limit_reached'],
  check: ({ body, now }) => (body?.events ?? []).flatMap((event, i) => errorsOf(event?.occurredAt, i, now)),
  handle: async ({ workspace, body: { events }, table, settings, now }) => {
    const limit = worthOfAmount(settings.USAGE_LIMIT, priceBook.minorDigits)
    const accepted = await countEvents(
      table,
      workspace,
      events.map((event) => usageEvent(event, now)),
      { limit, now },
    )
    return { accepted, duplicates: events.length - accepted }
  },
})
