import Stripe from 'stripe'
import { type LocalStripe, openStripe } from '#infra/local/stripe.ts'
import { stripeFetch } from '#infra/local/stripe-fetch.ts'
import type { StripeHandle } from '#infra/local/stripe-http.ts'
import type { Payments } from '#shared/billing/payments.ts'
import { stripePayments } from '#shared/billing/stripe.ts'
import type { Weather } from './faulty-client.ts'
import type { Processes } from './processes.ts'
import type { Stage } from './stage.ts'

/** The payment provider of a run, and a switch that takes it away. */
export interface StagedProvider extends LocalStripe {
  readonly faults: { paymentProvider: 'down' | null }
  readonly payments: Payments
}

interface Around {
  readonly stage: Stage
  readonly processes: Processes
  readonly weather: () => Weather
  /** Called when so much time has passed for everybody, in milliseconds. */
  readonly pass: (milliseconds: number) => void
}

/** Longer than any process lives. */
const silence = 120_000
/** Stripe forgets idempotency keys after 24 hours. */
const forgetting = 25 * 3_600_000

/** The stand-in for Stripe behind Stripe's own SDK; every request waits for its turn, and itself or its answer can be lost. */
export function stagedProvider({ stage, processes, weather, pass }: Around): StagedProvider {
  const faults: StagedProvider['faults'] = { paymentProvider: null }
  let ids = 0
  const newId = (prefix: string) => `${prefix}_${String(++ids).padStart(6, '0')}`
  const pause = () => stage.turn('the provider executes', 1, async () => undefined)
  let ahead = 0
  let silentUntil = 0
  const clock = () => new Date(stage.time + ahead)
  /** The answer to a creation was lost. At the worst (once a run), nobody reaches the provider until it has forgotten the idempotency key. */
  const beForgotten = () => {
    silentUntil = stage.time + silence
    stage.after(silence, () => {
      ahead += forgetting
      pass(forgetting)
    })
  }
  const stripe = openStripe({ faults, clock, newId, pause })
  const handle: StripeHandle = async (request) => {
    const { lostRequest = 0, lostAnswer = 0 } = weather()
    await processes.outside(`asks the provider ${request.method} ${request.path}`, async () => undefined)
    if (stage.time < silentUntil || stage.random.chance(lostRequest)) return 'drop'
    const answer = await stripe.handle(request)
    await processes.outside('hears of the provider', async () => undefined)
    if (!stage.random.chance(lostAnswer)) return answer
    if (request.path === '/v1/payment_intents' && ahead === 0 && stage.random.chance(0.5)) beForgotten()
    return 'drop'
  }
  const httpClient = Stripe.createFetchHttpClient(stripeFetch(handle))
  const sdk = new Stripe('sk_test_simulation', { httpClient, maxNetworkRetries: 0, telemetry: false })
  return { ...stripe, faults, payments: stripePayments(sdk) }
}
