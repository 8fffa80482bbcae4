import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type Stripe from 'stripe'
import type { Faults } from '../faults.ts'
import { splitTarget } from '../gateway/http-event.ts'
import type { Execution, ExecutionResult } from './endpoint.ts'
import { broken, StripeRefusal, Unreachable, unavailable } from './errors.ts'
import { fingerprint, parseForm } from './form.ts'
import { answerTo, checkApiKey, idempotencyKeyOf, refusalBody, type StripeHandle, type StripeRequest } from './http.ts'
import { firstAnswer, keysInUse } from './idempotency.ts'
import { findEndpoint } from './routes.ts'
import { type Charge, openStore } from './store.ts'

/** A small Stripe: customers, test cards, payment intents, idempotency keys. */
export interface LocalStripe {
  readonly handle: StripeHandle
  /** The charges for a workspace, or for all; newest last. */
  charges(workspaceId?: string): Charge[]
  /** All payment intents: newest last. */
  intents(): Stripe.PaymentIntent[]
  /** All customers: newest last. */
  customers(): Stripe.Customer[]
}

/** What the stand-in depends on. */
export interface StripeOptions {
  /** The file that stores everything; without one, it lives only as long as the process. */
  readonly journalFile?: string
  /** Held by reference: `down` drops every request. */
  readonly faults: Partial<Pick<Faults, 'paymentProvider'>>
  readonly clock?: () => Date
  /** Generates ids; random by default. A run that must be exactly reproducible passes its own generator. */
  readonly newId?: (prefix: string) => string
  /** The account that every key belongs to: `acct_…`. */
  readonly account?: string
  /** Whether Stripe fails (500) at a `POST`, and whether before or after it has done what it was asked to do. */
  readonly fails?: (path: string) => 'before' | 'after' | undefined
  /** What happens before a `POST` is executed: in the meantime another one with the same idempotency key gets a 409. */
  readonly pause?: () => Promise<unknown>
}

const randomId = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`

/** Opens the stand-in: a state machine without a socket. All changes of a request are stored atomically before it is answered. */
export function openStripe(options: StripeOptions): LocalStripe {
  const {
    faults,
    clock = () => new Date(),
    newId = randomId,
    pause = setImmediate,
    account = 'acct_local',
    fails = () => undefined,
  } = options
  const { state, commit } = openStore(options.journalFile)
  const inUse = keysInUse()
  const isDown = () => faults.paymentProvider === 'down'
  let unreached = 0

  const handle: StripeHandle = async (request) => {
    if (isDown()) return 'drop'
    const requestId = newId('req')
    const refuse = (refusal: StripeRefusal) =>
      answerTo(request, { requestId, status: refusal.status, body: JSON.stringify(refusalBody(refusal)) })
    try {
      checkApiKey(request)
      return await (request.method === 'POST' ? post(request, requestId) : get(request, requestId))
    } catch (error) {
      if (error instanceof StripeRefusal) return refuse(error)
      if (error instanceof Unreachable) return 'drop'
      throw error
    }
  }

  async function get(request: StripeRequest, requestId: string) {
    const { path, query } = splitTarget(request.path)
    const { status, body, change } = run(findEndpoint(request.method, path)(parseForm(query)), '')
    if (change) commit(change)
    return answerTo(request, { requestId, status, body: JSON.stringify(body) })
  }

  async function post(request: StripeRequest, requestId: string) {
    const { path } = splitTarget(request.path)
    const endpoint = findEndpoint(request.method, path)
    const keyed = { key: idempotencyKeyOf(request), path, fingerprint: fingerprint(request.body) }
    const first = firstAnswer(state.answers, keyed, clock())
    if (first) return answerTo(request, { requestId, status: first.status, body: first.body, first: first.requestId })
    return inUse.during(keyed.key, async () => {
      const execution = endpoint(parseForm(request.body))
      await pause()
      if (isDown()) return 'drop' as const
      const { status, body, change } = executed(execution, path, keyed.key)
      const text = JSON.stringify(body)
      const answer = { ...keyed, requestId, at: clock().getTime(), status, body: text }
      commit({ ...change, ...(keyed.key !== '' && { answer }) })
      return answerTo(request, { requestId, status, body: text })
    })
  }

  /** Once a request is executed, its answer is stored under its idempotency key, even a failure (5xx): Stripe replays that too. */
  function executed(execution: Execution, path: string, idempotencyKey: string): ExecutionResult {
    const failure = fails(path)
    if (failure === 'before') return failureOutcome(broken())
    try {
      const outcome = run(execution, idempotencyKey)
      return failure === 'after' ? { ...outcome, ...failureOutcome(broken()) } : outcome
    } catch (error) {
      if (error instanceof Unreachable && unreached++ % 3 === 2) return failureOutcome(unavailable())
      throw error
    }
  }

  const failureOutcome = (refusal: StripeRefusal) => ({ status: refusal.status, body: refusalBody(refusal) })

  function run(execution: Execution, idempotencyKey: string): ExecutionResult {
    try {
      return execution({ state, now: clock(), newId, account, idempotencyKey })
    } catch (error) {
      if (error instanceof StripeRefusal) return { status: error.status, body: refusalBody(error) }
      throw error
    }
  }

  return {
    handle,
    charges: (workspaceId) => state.charges.filter((charge) => workspaceId === undefined || charge.workspaceId === workspaceId),
    intents: () => [...state.intents.values()].map(({ object }) => object),
    customers: () => [...state.customers.values()],
  }
}
