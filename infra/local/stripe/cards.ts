/** Why a card is declined: Stripe's `code`, `decline_code` and message. */
export interface Decline {
  readonly code: string
  readonly decline_code: string
  readonly message: string
}

/** What one of Stripe's test payment methods is, and how it behaves. */
export interface TestCard {
  readonly brand: string
  readonly last4: string
  /** Charging it is declined. */
  readonly decline?: Decline
  /** Attaching it is declined too. */
  readonly cannotBeAttached?: true
  /** Paying requires the card holder's participation. */
  readonly authenticates?: true
  /** Using it makes the provider unreachable. This one is ours, not Stripe's. */
  readonly unreachable?: true
}

const generic = 'Your card was declined.'

/** Reasons whose `code` is their own; all others are `card_declined`. */
const ownCodes = ['expired_card', 'incorrect_cvc', 'processing_error', 'authentication_required']

const declineFor = (reason: string, message = generic): Decline => ({
  code: ownCodes.includes(reason) ? reason : 'card_declined',
  decline_code: reason,
  message,
})

/** The refusal of a card whose holder must take part but is not present. */
export const authenticationRequired: Decline = declineFor(
  'authentication_required',
  'Your card was declined. This transaction requires authentication.',
)

const paying = (brand: string, last4: string): TestCard => ({ brand, last4 })
const authenticating = (last4: string): TestCard => ({ brand: 'visa', last4, authenticates: true })
const declined = (last4: string, reason: string, message?: string): TestCard => ({
  brand: 'visa',
  last4,
  decline: declineFor(reason, message),
  cannotBeAttached: true,
})

const testCards: ReadonlyMap<string, TestCard> = new Map<string, TestCard>([
  ['pm_card_visa', paying('visa', '4242')],
  ['pm_card_visa_debit', paying('visa', '5556')],
  ['pm_card_mastercard', paying('mastercard', '4444')],
  ['pm_card_mastercard_debit', paying('mastercard', '8210')],
  ['pm_card_amex', paying('amex', '0005')],
  ['pm_card_discover', paying('discover', '1117')],
  ['pm_card_chargeCustomerFail', { brand: 'visa', last4: '0341', decline: declineFor('generic_decline') }],
  ['pm_card_chargeDeclined', declined('0002', 'generic_decline')],
  ['pm_card_chargeDeclinedInsufficientFunds', declined('9995', 'insufficient_funds', 'Your card has insufficient funds.')],
  ['pm_card_chargeDeclinedLostCard', declined('9987', 'lost_card')],
  ['pm_card_chargeDeclinedStolenCard', declined('9979', 'stolen_card')],
  ['pm_card_chargeDeclinedFraudulent', declined('0019', 'fraudulent')],
  ['pm_card_chargeDeclinedVelocityLimitExceeded', declined('6975', 'card_velocity_exceeded')],
  ['pm_card_chargeDeclinedExpiredCard', declined('0069', 'expired_card', 'Your card has expired.')],
  ['pm_card_chargeDeclinedIncorrectCvc', declined('0127', 'incorrect_cvc', "Your card's security code is incorrect.")],
  ['pm_card_chargeDeclinedProcessingError', declined('0119', 'processing_error', 'An error occurred while processing your card.')],
  ['pm_card_authenticationRequired', authenticating('3184')],
  ['pm_card_authenticationRequiredOnSetup', authenticating('3155')],
  ['pm_card_threeDSecure2Required', authenticating('3220')],
  ['pm_provider_down', { brand: 'visa', last4: '0000', unreachable: true }],
])

/** The test card for an id such as `pm_card_visa`. Stripe writes `…visa_chargeDeclined…` for `…chargeDeclined…`: both are accepted. */
export const testCard = (id: string): TestCard | undefined => testCards.get(id.replace('pm_card_visa_charge', 'pm_card_charge'))
