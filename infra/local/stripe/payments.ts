import { join } from 'node:path'
import type { Faults } from '../faults.ts'
import { startStripe } from './server.ts'
import type { Charge } from './store.ts'

/** The local payment provider. */
export interface LocalPayments {
  /** Variables that point the functions' payment client at it: no key of the user's gets to them. */
  readonly environment: Readonly<Record<string, string>>
  /** What was charged for a workspace, or for any: newest last. */
  list(workspaceId?: string): readonly Charge[]
  stop(): Promise<void>
}

/** What the payment provider stands on. */
export interface PaymentOptions {
  readonly dataDir: string
  readonly faults: Pick<Faults, 'paymentProvider'>
}

/** Starts the Stripe stand-in, which keeps everything in DATA_DIR. */
export async function startPayments({ dataDir, faults }: PaymentOptions): Promise<LocalPayments> {
  const { url, charges, stop } = await startStripe({ journalFile: join(dataDir, 'stripe.jsonl'), faults })
  return { environment: { STRIPE_API_KEY: 'sk_test_local', STRIPE_API_BASE: url }, list: charges, stop }
}
