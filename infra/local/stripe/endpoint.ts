import type { StripeErrorFields } from './errors.ts'
import type { Form } from './form.ts'
import type { Birth } from './objects.ts'
import type { Change, State } from './store.ts'

/** What an execution sees of the world. */
export interface Scene {
  readonly state: State
  readonly now: Date
  /** A fresh id with a prefix: `pi` for a payment intent. */
  readonly newId: (prefix: string) => string
  /** The account whose key asks: `acct_…`. */
  readonly account: string
  /** Empty where the request had none. */
  readonly idempotencyKey: string
}

/** The answer to a request, and what is to be kept before it is sent. */
export interface ExecutionResult {
  readonly status: number
  readonly body: unknown
  readonly change?: Change
}

/** Does what a request asks for, at once and as a whole. A `StripeRefusal` that it throws is remembered with the idempotency key. */
export type Execution = (scene: Scene) => ExecutionResult

/** Checks the parameters of a request (a `StripeRefusal` from here is not remembered: nothing began), and returns how to execute it. */
export type Endpoint = (form: Form, id: string) => Execution

/** A 200. */
export const done = (body: unknown, change: Change = {}): ExecutionResult => ({ status: 200, body, change })

/** An error that changed something all the same, as a decline does. */
export const failed = (status: number, error: StripeErrorFields, change: Change): ExecutionResult => ({ status, body: { error }, change })

/** Id and time of a new object. */
export const birth = ({ now, newId }: Scene, prefix: string): Birth => ({ id: newId(prefix), created: Math.floor(now.getTime() / 1_000) })
