import type { PaymentRefusalReason } from '../domain/payment-failure.ts'

/** What Atrium asks of a payment provider. Every method may throw `ProviderAway` (ask again later) or `PaymentRefused` (never ask so again). */
export interface Payments {
  readonly provider: string
  /** The account at the provider that this service's key is for, and the key's mode: `acct_1 live`. Ids of another are none of ours. */
  account(): Promise<string>
  /** The most that can be charged at once, in minor units, as far as it is known beforehand. */
  mostAtOnce(currency: string): Promise<number>
  /** Attaches a payment method to a customer. */
  attach(customerId: string, paymentMethodId: string): Promise<AttachedMethod>
  /** Detaches a payment method from its customer; one that is already gone is fine. */
  detach(paymentMethodId: string): Promise<void>
  /** Makes the customer of a workspace, once; `replaces`: one that the provider no longer has. */
  createCustomer(workspaceId: string, replaces?: string): Promise<string>
  /** The intent of an invoice that can be, is being or was charged, if the provider has one. */
  findIntent(customerId: string, invoiceId: string): Promise<Intent | undefined>
  /** Creates the intent of an invoice; with the same `round` the same one. May throw `ProviderFailed`. */
  createIntent(request: IntentRequest): Promise<Intent>
  /** The current state of an intent. */
  readIntent(intentId: string): Promise<Intent>
  /** Makes sure that an intent can no longer be charged, unless it has been or is being: the answer says which. */
  cancelIntent(intentId: string): Promise<Intent>
  /** Charges: confirms an intent with a payment method, without the card holder. One that has succeeded or is canceled is left as it is. */
  confirm(intentId: string, paymentMethodId: string): Promise<Intent>
}

export interface AttachedMethod {
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
  /** How many intents of this invoice were asked for and came to nothing: to the same request the provider goes on answering the same. */
  readonly round: number
}

/**
 * `succeeded`: charged, once and for all. `pending`: the provider has not decided. `open`: can be confirmed. `canceled`: never will be
 * charged.
 */
export interface Intent {
  readonly id: string
  readonly status: 'succeeded' | 'pending' | 'open' | 'canceled'
  /** Why its last confirmation was refused, where it was. */
  readonly refusal?: PaymentRefusalReason
}

/** The provider said no for good. What the payer is told follows from the reason alone. */
export class PaymentRefused extends Error {
  readonly reason: PaymentRefusalReason

  constructor(reason: PaymentRefusalReason, options?: ErrorOptions) {
    super(`The payment provider refused: ${reason.kind}`, options)
    this.reason = reason
  }
}

/** The provider cannot be reached, is overloaded or failing: the outcome may be unknown. */
export class ProviderAway extends Error {}

/** The intent is in a state in which it cannot be confirmed or canceled: what it is in now has to be read. */
export class IntentMoved extends ProviderAway {}

/** The provider says that it has failed. What it says to a request it goes on saying to the same request. */
export class ProviderFailed extends ProviderAway {}

/** The provider rejects this service's configuration: its key, or ids of an account other than the key's. The operator must fix it. */
export class ProviderRejectsUs extends ProviderAway {}

/** The same provider for a caller with a deadline: with no time `left` (milliseconds) no request begins. One alone lasts 8 seconds at most. */
export function withDeadline(payments: Payments, left: () => number): Payments {
  const inTime =
    <A extends unknown[], R>(ask: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      if (left() <= 0) throw new ProviderAway('No time left to call the payment provider')
      return ask(...given)
    }
  return {
    ...payments,
    account: inTime(payments.account),
    attach: inTime(payments.attach),
    detach: inTime(payments.detach),
    createCustomer: inTime(payments.createCustomer),
    findIntent: inTime(payments.findIntent),
    createIntent: inTime(payments.createIntent),
    readIntent: inTime(payments.readIntent),
    cancelIntent: inTime(payments.cancelIntent),
    confirm: inTime(payments.confirm),
  }
}
