import { join } from 'node:path'
import type { Faults } from '../faults.ts'
import { startStripe } from './server.ts'
import type { Charge } from './store.ts'

/** The local payment provider. */
export interface LocalPayments {
  /** Variables that point the functions' payment client here; the user's own key never reaches it. */
  readonly environment: Readonly<Record<string, string>>
  /** The charges for a workspace, or for all; newest last. */
  list(workspaceId?: string): readonly Charge[]
  stop(): Promise<void>
}

/** What the payment provider depends on. */
export interface PaymentOptions {
  readonly dataDir: string
  readonly faults: Pick<Faults, 'paymentProvider'>
}

/** Starts the Stripe stand-in, which stores everything in DATA_DIR. */
export async function startPayments({ dataDir, faults }: PaymentOptions): Promise<LocalPayments> {
  const { url, charges, stop } = await startStripe({ journalFile: join(dataDir, 'stripe.jsonl'), faults })
  return { environment: { STRIPE_API_KEY: 'sk_test_local', STRIPE_API_BASE: url }, list: charges, stop }
}
