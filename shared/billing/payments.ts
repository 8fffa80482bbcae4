/** What Atrium asks of a payment provider. Every method may throw `ProviderAway` (ask again later) or `PaymentRefused` (never ask so again). */
export interface Payments {
  readonly provider: string
  /** Attaches a payment method to the customer of a workspace, who is made where there is none. */
  attach(request: AttachRequest): Promise<AttachedMethod>
  /** Takes a payment method from its customer; one that is gone already is fine. */
  detach(paymentMethodId: string): Promise<void>
  /** The customer that is charged for a workspace's invoice where it has none yet. */
  createCustomer(workspaceId: string): Promise<string>
  /** The intent of an invoice, if there is one at the provider. */
  findIntent(customerId: string, invoiceId: string): Promise<Intent | undefined>
  /** Creates the intent of an invoice; with as many failures before the same one. May throw `ProviderFailed`. */
  createIntent(request: IntentRequest): Promise<Intent>
  /** Charges: confirms an intent with a payment method, without the card holder. One that has succeeded is left as it is. */
  confirm(intentId: string, paymentMethodId: string): Promise<Intent>
}

export interface AttachRequest {
  readonly workspaceId: string
  readonly customerId: string | undefined
  readonly paymentMethodId: string
}

export interface AttachedMethod {
  readonly customerId: string
  readonly paymentMethodId: string
  readonly brand?: string
  readonly last4?: string
}

export interface IntentRequest {
  readonly customerId: string
  readonly invoiceId: string
  readonly workspaceId: string
  /** Minor units. */
  readonly amount: number
  readonly currency: string
  /** How often the provider has failed at it: to the same request it would go on answering so. */
  readonly failures: number
}

/** `succeeded`: charged, once and for all. `pending`: the provider has not decided. `open`: can be confirmed. */
export interface Intent {
  readonly id: string
  readonly status: 'succeeded' | 'pending' | 'open'
}

/** The provider said no for good: declined, too small, needs the card holder. The message says why, in words fit for the payer. */
export class PaymentRefused extends Error {}

/** The provider cannot be reached, is overloaded or failing: the outcome may be unknown. */
export class ProviderAway extends Error {}

/** The provider says that it has failed. What it says to a request it goes on saying to the same request. */
export class ProviderFailed extends ProviderAway {}
