import type Stripe from 'stripe'
import { type Journal, openJournal } from '../journal.ts'

/** A card that was charged, or refused to be: what `GET /local/charges` shows. */
export interface Charge {
  readonly invoiceId: string
  readonly workspaceId: string
  /** Minor units. */
  readonly amount: number
  readonly currency: string
  readonly status: 'succeeded' | 'failed'
  /** That with which the intent was created. */
  readonly idempotencyKey: string
  /** ISO 8601. */
  readonly createdAt: string
}

/** A payment method, and what the API does not show of it. */
export interface Method {
  readonly object: Stripe.PaymentMethod
  /** The test id that it was made from: how it behaves. */
  readonly madeFrom: string
  /** Was detached, or used without a customer: it cannot be used again. */
  readonly spent: boolean
}

/** A payment intent, and the idempotency key of its creation. */
export interface Intent {
  readonly object: Stripe.PaymentIntent
  readonly idempotencyKey: string
}

/** The answer to a request with an idempotency key. */
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

/** What one request changes: all of it or nothing. */
export interface Change {
  readonly customer?: Stripe.Customer
  /** Its id. */
  readonly deletedCustomer?: string
  readonly method?: Method
  readonly intent?: Intent
  readonly charge?: Charge
  readonly answer?: Remembered
}

/** Everything that the provider knows, in the order in which it was made. */
export interface State {
  readonly customers: ReadonlyMap<string, Stripe.Customer>
  readonly methods: ReadonlyMap<string, Method>
  readonly intents: ReadonlyMap<string, Intent>
  readonly charges: readonly Charge[]
  readonly answers: ReadonlyMap<string, Remembered>
}

/** The provider's memory. */
export interface Store {
  readonly state: State
  /** When this returns, a killed process no longer loses the change. */
  commit(change: Change): void
}

/** Opens the memory: what the file holds, or nothing where there is no file, and then it lasts as long as the process. */
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
