import type { StripeErrorFields } from './errors.ts'
import type { Form } from './form.ts'
import type { Birth } from './objects.ts'
import type { Change, State } from './store.ts'

/** Everything that an execution depends on. */
export interface Scene {
  readonly state: State
  readonly now: Date
  /** A fresh id with a prefix: `pi` for a payment intent. */
  readonly newId: (prefix: string) => string
  /** The account that the request's key belongs to: `acct_…`. */
  readonly account: string
  /** Empty if the request had none. */
  readonly idempotencyKey: string
}

/** The answer to a request, and what must be stored before it is sent. */
export interface ExecutionResult {
  readonly status: number
  readonly body: unknown
  readonly change?: Change
}

/** Executes a request, synchronously and atomically. A `StripeRefusal` thrown here is stored under the idempotency key. */
export type Execution = (scene: Scene) => ExecutionResult

/** Validates a request's parameters and returns its execution. A `StripeRefusal` thrown here is not stored: nothing has begun. */
export type Endpoint = (form: Form, id: string) => Execution

/** A 200. */
export const done = (body: unknown, change: Change = {}): ExecutionResult => ({ status: 200, body, change })

/** An error that nevertheless changed something, as a decline does. */
export const failed = (status: number, error: StripeErrorFields, change: Change): ExecutionResult => ({ status, body: { error }, change })

/** The id and creation time of a new object. */
export const birth = ({ now, newId }: Scene, prefix: string): Birth => ({ id: newId(prefix), created: Math.floor(now.getTime() / 1_000) })
