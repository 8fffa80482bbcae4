/**
 * Why the provider says no, in terms of our own. `declined`: the card or its bank refuses; `declineCode` is the provider's word for the
 * reason, which is for deciding what to say and never to be shown. `methodUnusable`: the payment method is not there any more, used up,
 * or somebody else's. `tooSmall` and `tooLarge`: the amount cannot be charged at once. `customerMissing`: the customer is not there any more.
 */
export type PaymentRefusalReason =
  | { readonly kind: 'declined'; readonly declineCode: string }
  | { readonly kind: 'methodUnusable' | 'tooSmall' | 'tooLarge' | 'customerMissing' }

/** The sentence of an invoice's `failure`, and of a payment method that cannot be set: for the payer, without a word of the provider's. */
export function failureOf(reason: PaymentRefusalReason): string {
  switch (reason.kind) {
    case 'declined':
      return declines.get(reason.declineCode) ?? 'The card was declined. Pay with another card, or contact the bank that issued it.'
    case 'methodUnusable':
      return 'This payment method can no longer be used. Pay with another one.'
    case 'tooLarge':
      return 'The amount is too large for a single charge and must be paid another way. Contact the operator of this service.'
    case 'tooSmall':
      return 'The amount is too small to charge.'
    case 'customerMissing':
      return 'The payment could not be made. Try again.'
  }
}

/** What may be said beyond that a card was declined, by Stripe's code: https://docs.stripe.com/declines/codes. */
const declines: ReadonlyMap<string, string> = new Map([
  ['authentication_required', 'The card was declined because its bank requires you to authenticate the payment. Pay with another card.'],
  ['expired_card', 'The card has expired. Pay with another card.'],
  ['insufficient_funds', 'The card was declined for insufficient funds. Pay with another card.'],
])
