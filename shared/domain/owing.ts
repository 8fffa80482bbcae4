import type { Invoice } from './invoice.ts'
import { later } from './time.ts'

/** An open invoice keeps its payment method at the provider for so long, in seconds: 90 days. */
const keptSeconds = 90 * 86_400

/** The invoice has a payment method that is attached at the provider as far as is known. One of before, without the note, owes it. */
export const owesDetach = ({ billing, detached }: Invoice): boolean => billing !== undefined && !detached

/** From when on the payment method of an invoice is to be detached: 90 days after the issue of one that is open, at once otherwise. */
export const detachAt = ({ status, issuedAt }: Invoice, atOnce: string): string =>
  status === 'open' && issuedAt ? later(new Date(issuedAt), keptSeconds) : atOnce
