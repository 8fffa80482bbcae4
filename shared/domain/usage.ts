import * as z from 'zod/mini'
import type { Micro, Worth } from './decimal.ts'
import { decimal, minorUnits } from './schemas.ts'

export const usageShape = z
  .object({
    period: z.string().register(z.globalRegistry, { examples: ['2026-11'] }),
    currency: z.string(),
    meters: z.array(z.object({ meter: z.string(), quantity: decimal('How much'), amount: minorUnits })),
    total: minorUnits,
  })
  .register(z.globalRegistry, { id: 'Usage' })

export const meterShape = z
  .object({ id: z.string(), description: z.string(), unit: z.string(), unitPrice: decimal('In major units'), currency: z.string() })
  .register(z.globalRegistry, { id: 'Meter' })

/** A usage event as it is counted. */
export interface UsageEvent {
  readonly id: string
  readonly meter: string
  readonly quantity: Micro
  /** At the current price. */
  readonly worth: Worth
  /** ISO 8601; its month is the one that the event is billed in. */
  readonly occurredAt: string
}
