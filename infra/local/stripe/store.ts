import type Stripe from 'stripe'
import { type Journal, openJournal } from '../journal.ts'

/** An attempt to charge a card, successful or not, as `GET /local/charges` shows it. */
export interface Charge {
  readonly invoiceId: string
  readonly workspaceId: string
  /** Minor units. */
  readonly amount: number
  readonly currency: string
  readonly status: 'succeeded' | 'failed'
  /** The key with which the intent was created. */
  readonly idempotencyKey: string
  /** ISO 8601. */
  readonly createdAt: string
}

/** A payment method, with what the API does not show of it. */
export interface Method {
  readonly object: Stripe.PaymentMethod
  /** The test id that it was created from, which decides how it behaves. */
  readonly madeFrom: string
  /** It was detached, or used without a customer, and cannot be used again. */
  readonly spent: boolean
}

/** A payment intent, and the idempotency key of its creation. */
export interface Intent {
  readonly object: Stripe.PaymentIntent
  readonly idempotencyKey: string
}

/** The stored answer to a request with an idempotency key. */
export interface Remembered {
  readonly key: string
  readonly path: string
  readonly fingerprint: string
  readonly requestId: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly status: number
  readonly body: string
}

/** The changes that one request makes, atomically. */
export interface Change {
  readonly customer?: Stripe.Customer
  /** The customer's id. */
  readonly deletedCustomer?: string
  readonly method?: Method
  readonly intent?: Intent
  readonly charge?: Charge
  readonly answer?: Remembered
}

/** Everything that the provider stores, in order of creation. */
export interface State {
  readonly customers: ReadonlyMap<string, Stripe.Customer>
  readonly methods: ReadonlyMap<string, Method>
  readonly intents: ReadonlyMap<string, Intent>
  readonly charges: readonly Charge[]
  readonly answers: ReadonlyMap<string, Remembered>
}

/** The provider's storage. */
export interface Store {
  readonly state: State
  /** Once this returns, the change survives a kill of the process. */
  commit(change: Change): void
}

/** Opens the storage and loads what the file holds. Without a file, it lives only as long as the process. */
export function openStore(journalFile?: string): Store {
  const journal: Journal<Change> = journalFile === undefined ? { entries: [], append: () => {} } : openJournal<Change>(journalFile)
  const methods = new Map<string, Method>()
  const state = { customers: new Map(), methods, intents: new Map(), charges: [] as Charge[], answers: new Map() }
  const forget = (id: string) => {
    state.customers.delete(id)
    for (const [key, method] of methods)
      if (method.object.customer === id) methods.set(key, { ...method, object: { ...method.object, customer: null }, spent: true })
  }
  const apply = ({ customer, deletedCustomer, method, intent, charge, answer }: Change) => {
    if (customer) state.customers.set(customer.id, customer)
    if (deletedCustomer) forget(deletedCustomer)
    if (method) state.methods.set(method.object.id, method)
    if (intent) state.intents.set(intent.object.id, intent)
    if (charge) state.charges.push(charge)
    if (answer) state.answers.set(answer.key, answer)
  }
  journal.entries.forEach(apply)
  return {
    state,
    commit: (change) => {
      journal.append(change)
      apply(change)
    },
  }
}
