import Stripe from 'stripe'
import type { PaymentRefusalReason } from '../domain/payment-failure.ts'
import { IntentMoved, PaymentRefused, ProviderAway, ProviderFailed, ProviderRejectsUs } from './payments.ts'

/** Asks Stripe, and tells its errors as ours. `about`: what is to blame where Stripe refuses for a reason without a code of its own. */
export async function call<T>(request: () => Promise<T>, about?: 'paymentMethod'): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw translated(error, about)
  }
}

/**
 * Stripe's errors (https://docs.stripe.com/api/errors, https://docs.stripe.com/error-low-level) as ours. Only what says something of the
 * card, the amount or the customer is a refusal. 401 and 403 reject our own key; 409 says that a request with the same idempotency key,
 * or about the same object, is under way, and nothing of its outcome; 429 throttles us; any other 4xx is a mistake of this service or of
 * its account at Stripe, for the operator to mend and not for the payer to suffer.
 */
export function translated(error: unknown, about?: 'paymentMethod'): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error
  const { statusCode = 0, type, code } = error
  const options = { cause: error }
  if (statusCode >= 500) return new ProviderFailed('The payment provider failed', options)
  if (statusCode < 400 || statusCode === 409 || statusCode === 429)
    return new ProviderAway('The payment provider is not responding', options)
  if (statusCode === 401 || statusCode === 403) return new ProviderRejectsUs("The payment provider rejected this service's key", options)
  // A key that was used with other parameters is used up, as one under which Stripe has failed is.
  if (type === 'StripeIdempotencyError') return new ProviderFailed('The idempotency key was already used for something else', options)
  if (code === 'payment_intent_unexpected_state') return new IntentMoved('The state of the payment intent does not allow this', options)
  const reason = reasonOf(error, about)
  return reason
    ? new PaymentRefused(reason, options)
    : new ProviderRejectsUs('The payment provider rejected a request from this service', options)
}

/** Codes: https://docs.stripe.com/error-codes; a `resource_missing` names by `param` what is missing. */
function reasonOf(error: Stripe.errors.StripeError, about?: 'paymentMethod'): PaymentRefusalReason | undefined {
  const { statusCode, code, decline_code, param } = error
  // The SDK gives an empty text for what the answer has not.
  if (statusCode === 402) return declined(decline_code || code || undefined)
  if (code === 'amount_too_small') return { kind: 'tooSmall' }
  if (code === 'amount_too_large') return { kind: 'tooLarge' }
  if (code === 'resource_missing' && param === 'customer') return { kind: 'customerMissing' }
  if (code === 'resource_missing' && param !== 'payment_method') return undefined
  return about === 'paymentMethod' ? { kind: 'methodUnusable' } : undefined
}

/** A card or its bank refuses, for a reason in Stripe's words (https://docs.stripe.com/declines/codes). */
export const declined = (declineCode = 'generic_decline'): PaymentRefusalReason => ({ kind: 'declined', declineCode })
