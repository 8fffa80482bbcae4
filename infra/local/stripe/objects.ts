import type Stripe from 'stripe'
import type { TestCard } from './cards.ts'

/** The fields that every object has. */
export interface Birth {
  readonly id: string
  /** Seconds since 1970. */
  readonly created: number
}

const nobody = { address: null, email: null, name: null, phone: null }

/** A customer as Stripe shows it. */
export const customerObject = (
  birth: Birth,
  given: Pick<Stripe.Customer, 'email' | 'name' | 'description' | 'metadata'>,
): Stripe.Customer => ({
  ...birth,
  object: 'customer',
  address: null,
  balance: 0,
  currency: null,
  default_source: null,
  delinquent: false,
  discount: null,
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  livemode: false,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
  ...given,
})

/** A card as Stripe shows it before it is attached. */
export const methodObject = (birth: Birth, { brand, last4 }: TestCard): Stripe.PaymentMethod => ({
  ...birth,
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: { ...nobody, tax_id: null },
  card: {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: brand,
    exp_month: 12,
    exp_year: new Date(birth.created * 1_000).getUTCFullYear() + 3,
    funding: 'credit',
    generated_from: null,
    last4,
    networks: { available: [brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  },
  customer: null,
  customer_account: null,
  livemode: false,
  metadata: {},
  type: 'card',
})

/** What the creator of an intent chooses. */
export type IntentGiven = Pick<
  Stripe.PaymentIntent,
  'amount' | 'currency' | 'customer' | 'description' | 'metadata' | 'payment_method' | 'payment_method_types' | 'automatic_payment_methods'
>

/** An intent as Stripe shows it before it is confirmed. */
export const intentObject = (birth: Birth, secret: string, given: IntentGiven): Stripe.PaymentIntent => ({
  ...birth,
  object: 'payment_intent',
  allowed_payment_method_types: null,
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: 0,
  application: null,
  application_fee_amount: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'automatic_async',
  client_secret: `${birth.id}_${secret}`,
  confirmation_method: 'automatic',
  customer_account: null,
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  livemode: false,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method_configuration_details: null,
  payment_method_options: { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
  status: given.payment_method === null ? 'requires_payment_method' : 'requires_confirmation',
  ...given,
})
