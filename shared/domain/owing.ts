import type { Invoice } from './invoice.ts'
import { later } from './time.ts'

/** How long an open invoice keeps its payment method at the provider, in seconds: 90 days. */
const keptSeconds = 90 * 86_400

/**
 * Whether the invoice's payment method is still attached at the provider, as far as is known: an invoice without the note counts as
 * attached.
 */
export const owesDetach = ({ billing, detached }: Invoice): boolean => billing !== undefined && !detached

/** When to detach an invoice's payment method: 90 days after issue if it is open, else at once. */
export const detachAt = ({ status, issuedAt }: Invoice, atOnce: string): string =>
  status === 'open' && issuedAt ? later(new Date(issuedAt), keptSeconds) : atOnce
