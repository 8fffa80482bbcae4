import * as z from 'zod/mini'

/** How the payment provider knows a workspace. */
export interface Billing {
  readonly provider: string
  /** The provider's account and mode that the ids belong to; missing on older ones, which count as of the current one. */
  readonly account?: string
  readonly customerId: string
  readonly paymentMethodId: string
  /**
   * Those that it replaced, newest first. They were detached at the time, and are detached again with it, because the provider may have
   * been unreachable.
   */
  readonly former?: readonly string[]
  readonly brand?: string
  readonly last4?: string
}

export const paymentMethodShape = z
  .object({ provider: z.string(), brand: z.optional(z.string()), last4: z.optional(z.string()) })
  .register(z.globalRegistry, { id: 'PaymentMethod' })
