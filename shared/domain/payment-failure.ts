/**
 * Why the provider refuses, in our own terms. `declined`: the card or its bank refuses; `declineCode` is the provider's code for the
 * reason; it decides what is said and is never shown. `methodUnusable`: the payment method no longer exists, is used up, or is somebody
 * else's. `tooSmall` and `tooLarge`: the amount cannot be charged at once. `customerMissing`: the customer no longer exists.
 */
export type PaymentRefusalReason =
  | { readonly kind: 'declined'; readonly declineCode: string }
  | { readonly kind: 'methodUnusable' | 'tooSmall' | 'tooLarge' | 'customerMissing' }

/** The sentence in an invoice's `failure`, and for a payment method that cannot be set: for the payer, without the provider's terms. */
export function failureOf(reason: PaymentRefusalReason): string {
  switch (reason.kind) {
    case 'declined':
      return declines.get(reason.declineCode) ?? 'The card was declined. Use another card, or contact the bank that issued it.'
    case 'methodUnusable':
      return 'This payment method does not exist, or can no longer be used. Use another one.'
    case 'tooLarge':
      return 'The amount is too large for a single charge and must be paid another way. Contact the operator of this service.'
    case 'tooSmall':
      return 'The amount is too small to charge.'
    case 'customerMissing':
      return 'The payment could not be made. Try again.'
  }
}

/** What may be told beyond that the card was declined, by Stripe's code: https://docs.stripe.com/declines/codes. */
const declines: ReadonlyMap<string, string> = new Map([
  ['authentication_required', 'The card was declined because its bank requires you to authenticate the payment. Use another card.'],
  ['expired_card', 'The card has expired. Use another card.'],
  ['insufficient_funds', 'The card was declined for insufficient funds. Use another card.'],
])
