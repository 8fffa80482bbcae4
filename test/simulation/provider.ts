import Stripe from 'stripe'
import { stripeFetch } from '#infra/local/stripe/fetch.ts'
import type { StripeHandle } from '#infra/local/stripe/http.ts'
import type { Charge } from '#infra/local/stripe/store.ts'
import { type LocalStripe, openStripe } from '#infra/local/stripe/stripe.ts'
import type { Payments } from '#shared/payments/payments.ts'
import { stripePayments } from '#shared/payments/stripe.ts'
import type { Weather } from './faulty-client.ts'
import type { Processes } from './processes.ts'
import type { Stage } from './stage.ts'

/** The payment provider of a run, and the faults that it can have. */
export interface StagedProvider {
  readonly faults: {
    paymentProvider: 'down' | null
    /** It answers every request with this status, and does nothing. */
    status: number | null
  }
  /** The provider by this service's key, and by another account's key, which the service can get by mistake. */
  readonly payments: { readonly own: Payments; readonly other: Payments }
  /** In both accounts. */
  charges(workspaceId: string): Charge[]
  intents(): Stripe.PaymentIntent[]
  /** Workspaces whose customer, with its cards, the provider has lost. */
  readonly lost: Set<string>
  /** Something happens at the provider on its own: an intent is canceled, a customer is deleted. */
  act(): Promise<void>
}

interface Around {
  readonly stage: Stage
  readonly processes: Processes
  readonly weather: () => Weather
  /** Called when a process asks to charge a workspace's card. */
  readonly charging: (invoiceId: string) => Promise<void>
  /** Called to let this much time pass for everyone, in milliseconds. */
  readonly pass: (milliseconds: number) => void
}

/** Longer than any process lives. */
const silenceMs = 120_000
/** Stripe forgets idempotency keys after 24 hours. */
const forgettingMs = 25 * 3_600_000

/** The stand-in for Stripe behind Stripe's own SDK; every request waits for its turn, and it or its answer can be lost. */
export function stagedProvider({ stage, processes, weather, charging, pass }: Around): StagedProvider {
  const faults: StagedProvider['faults'] = { paymentProvider: null, status: null }
  let ids = 0
  const newId = (prefix: string) => `${prefix}_${String(++ids).padStart(6, '0')}`
  const pause = () => stage.turn('the provider executes', 1, async () => undefined)
  let ahead = 0
  let silentUntil = 0
  const clock = () => new Date(stage.time + ahead)
  /**
   * The answer to a creation was lost. In the worst case (once a run), nobody reaches the provider until it has forgotten the idempotency
   * key.
   */
  const beForgotten = () => {
    silentUntil = stage.time + silenceMs
    stage.after(silenceMs, () => {
      ahead += forgettingMs
      pass(forgettingMs)
    })
  }
  const fails = () => (stage.random.chance(weather().providerFailure ?? 0) ? stage.random.pick(['before', 'after'] as const) : undefined)
  const open = (account: string) => openStripe({ faults, clock, newId, pause, fails, account })
  const accounts = { own: open('acct_own'), other: open('acct_other') }
  const handleOf =
    (stripe: LocalStripe): StripeHandle =>
    async (request) => {
      const { lostRequest = 0, lostAnswer = 0 } = weather()
      const ofWorkspace = /\/(pi_\w+)\/confirm$/.exec(request.path)?.[1]
      const intent = /payment_method=pm_card/.test(request.body) ? undefined : stripe.intents().find(({ id }) => id === ofWorkspace)
      const asks = async () => (intent ? charging(intent.metadata.invoiceId ?? '') : undefined)
      await processes.outside(`asks the provider ${request.method} ${request.path}`, asks)
      if (stage.time < silentUntil || stage.random.chance(lostRequest)) return 'drop'
      const answer = faults.status === null ? await stripe.handle(request) : refusal(faults.status)
      await processes.outside('hears of the provider', async () => undefined)
      if (!stage.random.chance(lostAnswer)) return answer
      if (request.path === '/v1/payment_intents' && ahead === 0 && stage.random.chance(0.5)) beForgotten()
      return 'drop'
    }
  const paymentsOf = (stripe: LocalStripe) => {
    const httpClient = Stripe.createFetchHttpClient(stripeFetch(handleOf(stripe)))
    return stripePayments(new Stripe('sk_test_simulation', { httpClient, maxNetworkRetries: 0, telemetry: false }))
  }
  const lost = new Set<string>()
  const act = async () => {
    const stripe = accounts[stage.random.pick(['own', 'own', 'other'] as const)]
    const ask = (method: string, path: string) => stripe.handle({ method, path, headers: { authorization: 'Bearer owner' }, body: '' })
    const intents = stripe.intents().filter(({ status }) => status !== 'succeeded' && status !== 'canceled')
    if (intents.length > 0 && stage.random.chance(0.5)) await ask('POST', `/v1/payment_intents/${stage.random.pick(intents).id}/cancel`)
    if (stripe.customers().length === 0 || !stage.random.chance(0.1)) return
    const { id, metadata } = stage.random.pick(stripe.customers())
    if (metadata.workspaceId) lost.add(metadata.workspaceId)
    await ask('DELETE', `/v1/customers/${id}`)
  }
  return {
    faults,
    payments: { own: paymentsOf(accounts.own), other: paymentsOf(accounts.other) },
    charges: (workspaceId) => [...accounts.own.charges(workspaceId), ...accounts.other.charges(workspaceId)],
    intents: () => [...accounts.own.intents(), ...accounts.other.intents()],
    lost,
    act,
  }
}

const refusal = (status: number) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { type: status < 500 ? 'invalid_request_error' : 'api_error', message: 'Refused' } }),
})
