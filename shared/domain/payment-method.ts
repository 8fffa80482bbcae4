import * as z from 'zod/mini'

/** What the payment provider knows a workspace by. */
export interface Billing {
  readonly provider: string
  /** The provider's account and mode that the ids are of; one of before has none, and counts as of the current one. */
  readonly account?: string
  readonly customerId: string
  readonly paymentMethodId: string
  /** Those that it replaced, newest first: detached then, and once more with it, because the provider may have been away. */
  readonly former?: readonly string[]
  readonly brand?: string
  readonly last4?: string
}

export const paymentMethodShape = z
  .object({ provider: z.string(), brand: z.optional(z.string()), last4: z.optional(z.string()) })
  .register(z.globalRegistry, { id: 'PaymentMethod' })
