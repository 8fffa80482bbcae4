import Stripe from 'stripe'
import { expect, test } from 'vitest'
import {
  IntentMoved,
  PaymentRefused,
  type Payments,
  ProviderAway,
  ProviderFailed,
  ProviderRejectsUs,
  withDeadline,
} from '#shared/payments/payments.ts'
import { openPayments, stripePayments } from '#shared/payments/stripe.ts'
import { call, translated } from '#shared/payments/stripe-errors.ts'
import type { Settings } from '#shared/settings.ts'

const errorOf = (statusCode: number | undefined, rest: object = {}) =>
  Stripe.errors.StripeError.generate({ type: 'invalid_request_error', message: 'cus_1 of acct_1', statusCode, ...rest } as never)

const refusing =
  (statusCode: number, rest: object = {}) =>
  async () => {
    throw errorOf(statusCode, rest)
  }

/** A double for Stripe that has only what a test says. */
const stripeOf = (parts: object) => parts as unknown as Stripe
const paymentsOf = (parts: object, mode?: 'test' | 'live') => stripePayments(stripeOf(parts), mode)

test.each([
  [undefined, {}, ProviderAway],
  [409, {}, ProviderAway],
  [429, {}, ProviderAway],
  [500, {}, ProviderFailed],
  [503, {}, ProviderFailed],
  [401, {}, ProviderRejectsUs],
  [403, {}, ProviderRejectsUs],
  [400, {}, ProviderRejectsUs],
  [404, { code: 'resource_missing', param: 'intent' }, ProviderRejectsUs],
  [400, { type: 'idempotency_error' }, ProviderFailed],
  [400, { code: 'payment_intent_unexpected_state' }, IntentMoved],
  [400, { code: 'parameter_missing', param: 'customer' }, ProviderRejectsUs],
])('an answer %s %j is no refusal', (statusCode, rest, kind) => {
  const error = translated(errorOf(statusCode, rest))

  expect(error).toBeInstanceOf(kind)
  expect((error as Error).constructor).toBe(kind)
  expect((error as Error).message).toMatch(/^The /)
  expect((error as Error).cause).toBeInstanceOf(Stripe.errors.StripeError)
})

test.each([
  [402, { code: 'card_declined', decline_code: 'lost_card' }, { kind: 'declined', declineCode: 'lost_card' }],
  [402, { code: 'expired_card' }, { kind: 'declined', declineCode: 'expired_card' }],
  [402, {}, { kind: 'declined', declineCode: 'generic_decline' }],
  [400, { code: 'amount_too_small' }, { kind: 'tooSmall' }],
  [400, { code: 'amount_too_large' }, { kind: 'tooLarge' }],
  [400, { code: 'resource_missing', param: 'customer' }, { kind: 'customerMissing' }],
])('an answer %i %j is a refusal', (statusCode, rest, reason) => {
  expect(translated(errorOf(statusCode, rest))).toMatchObject({ reason, message: `The payment provider refused: ${reason.kind}` })
})

test('a payment method is blamed only if the request sent one', () => {
  const missing = errorOf(404, { code: 'resource_missing', param: 'payment_method' })

  expect(translated(missing, 'paymentMethod')).toMatchObject({ reason: { kind: 'methodUnusable' } })
  expect(translated(errorOf(400), 'paymentMethod')).toMatchObject({ reason: { kind: 'methodUnusable' } })
  expect(translated(missing)).toBeInstanceOf(ProviderRejectsUs)
  expect(translated(errorOf(404, { code: 'resource_missing', param: 'intent' }), 'paymentMethod')).toBeInstanceOf(ProviderRejectsUs)
})

test.each([401, 403])('an answer %i rejects our own key, and blames no payment method', (statusCode) => {
  expect(translated(errorOf(statusCode), 'paymentMethod')).toBeInstanceOf(ProviderRejectsUs)
})

test('an internal error stays unchanged', async () => {
  const own = new TypeError('own')

  expect(translated(own)).toBe(own)
  await expect(call(() => Promise.reject(own))).rejects.toBe(own)
  await expect(call(refusing(429))).rejects.toBeInstanceOf(ProviderAway)
  expect(await call(async () => 7)).toBe(7)
})

const intent = (status: string, rest: object = {}) => ({ id: 'pi_1', status, metadata: { invoiceId: 'in_1' }, ...rest })

test.each([
  ['succeeded', 'succeeded'],
  ['processing', 'pending'],
  ['canceled', 'canceled'],
  ['requires_confirmation', 'open'],
  ['constructor', 'open'],
])('an intent that is %s is %s', async (status, expected) => {
  const payments = paymentsOf({ paymentIntents: { retrieve: async () => intent(status, { last_payment_error: { code: 'x' } }) } })

  expect(await payments.readIntent('pi_1')).toEqual({ id: 'pi_1', status: expected })
})

test('an intent says why its last confirmation was refused', async () => {
  const last_payment_error = { code: 'card_declined', decline_code: 'lost_card' }
  const retrieve = async () => intent('requires_payment_method', { last_payment_error })
  const without = async () => intent('requires_payment_method')

  expect(await paymentsOf({ paymentIntents: { retrieve } }).readIntent('pi_1')).toMatchObject({ refusal: { declineCode: 'lost_card' } })
  expect(await paymentsOf({ paymentIntents: { retrieve: without } }).readIntent('pi_1')).toEqual({ id: 'pi_1', status: 'open' })
})

test('of several intents of an invoice the one that was charged is found, and never a canceled one', async () => {
  const find = async (...intents: readonly object[]) => {
    const list = async function* () {
      yield* intents
    }
    return (await paymentsOf({ paymentIntents: { list } }).findIntent('cus_1', 'in_1'))?.id
  }
  const open = intent('requires_confirmation', { id: 'pi_open' })
  const charged = intent('succeeded', { id: 'pi_charged' })
  const pending = intent('processing', { id: 'pi_pending' })

  expect(await find(open, pending, charged)).toBe('pi_charged')
  expect(await find(open, pending)).toBe('pi_pending')
  expect(await find(intent('canceled'), open)).toBe('pi_open')
  expect(await find(open, intent('requires_action', { id: 'pi_older' }))).toBe('pi_open')
  expect(await find(intent('canceled'))).toBeUndefined()
  expect(await find(intent('succeeded', { metadata: { invoiceId: 'in_2' } }))).toBeUndefined()
})

test('a search for an intent reports errors like any other request', async () => {
  const list = () => ({ [Symbol.asyncIterator]: () => ({ next: refusing(429) }) })

  await expect(paymentsOf({ paymentIntents: { list } }).findIntent('cus_1', 'in_1')).rejects.toBeInstanceOf(ProviderAway)
})

test('an intent is created once for a round, by its idempotency key', async () => {
  const asked: unknown[] = []
  const create = async (...given: unknown[]) => {
    asked.push(given)
    return intent('requires_confirmation')
  }
  const payments = paymentsOf({ paymentIntents: { create } })
  const request = { customerId: 'cus_1', invoiceId: 'in_1', workspaceId: 'ws_1', amount: 700, currency: 'usd' }

  await payments.createIntent({ ...request, round: 0 })
  await payments.createIntent({ ...request, round: 2 })

  const metadata = { invoiceId: 'in_1', workspaceId: 'ws_1' }
  const parameters = { customer: 'cus_1', amount: 700, currency: 'usd', metadata, payment_method_types: ['card'] }
  expect(asked).toEqual([
    [parameters, { idempotencyKey: 'invoice-in_1' }],
    [parameters, { idempotencyKey: 'invoice-in_1-2' }],
  ])
})

test('a confirmation whose answer was lost counts as what the intent says', async () => {
  const after = (status: string, refusal = refusing(400, { code: 'payment_intent_unexpected_state' })) =>
    paymentsOf({ paymentIntents: { confirm: refusal, retrieve: async () => intent(status) } }).confirm('pi_1', 'pm_1')
  const declined = refusing(402, { code: 'card_declined' })

  expect(await after('succeeded')).toEqual({ id: 'pi_1', status: 'succeeded' })
  expect(await after('succeeded', declined)).toEqual({ id: 'pi_1', status: 'succeeded' })
  expect(await after('canceled')).toEqual({ id: 'pi_1', status: 'canceled' })
  await expect(after('canceled', declined)).rejects.toBeInstanceOf(PaymentRefused)
  await expect(after('requires_payment_method', declined)).rejects.toMatchObject({ reason: { declineCode: 'card_declined' } })
  await expect(after('requires_confirmation')).rejects.toBeInstanceOf(IntentMoved)
  await expect(after('succeeded', refusing(429))).rejects.toBeInstanceOf(ProviderAway)
})

test('a confirmation with a missing payment method is refused, unless the intent is canceled anyway', async () => {
  const confirm = refusing(404, { code: 'resource_missing', param: 'payment_method' })
  const of = (status: string) =>
    paymentsOf({ paymentIntents: { confirm, retrieve: async () => intent(status) } }).confirm('pi_1', 'pm_gone')

  await expect(of('requires_payment_method')).rejects.toMatchObject({ reason: { kind: 'methodUnusable' } })
  expect(await of('canceled')).toEqual({ id: 'pi_1', status: 'canceled' })
})

test('a confirmation that needs the card holder’s participation is a refusal', async () => {
  const confirm = async () => intent('requires_action')

  await expect(paymentsOf({ paymentIntents: { confirm } }).confirm('pi_1', 'pm_1')).rejects.toMatchObject({
    reason: { kind: 'declined', declineCode: 'authentication_required' },
  })
})

test('an intent that moved before it could be canceled is read', async () => {
  const cancel = refusing(400, { code: 'payment_intent_unexpected_state' })
  const moved = paymentsOf({ paymentIntents: { cancel, retrieve: async () => intent('succeeded') } })

  expect(await moved.cancelIntent('pi_1')).toEqual({ id: 'pi_1', status: 'succeeded' })
  expect(await paymentsOf({ paymentIntents: { cancel: async () => intent('canceled') } }).cancelIntent('pi_1')).toMatchObject({
    status: 'canceled',
  })
  await expect(paymentsOf({ paymentIntents: { cancel: refusing(429) } }).cancelIntent('pi_1')).rejects.toBeInstanceOf(ProviderAway)
})

test('a payment method that is this customer’s already is attached', async () => {
  const card = { brand: 'visa', last4: '4242' }
  const attach = (customer: string) =>
    paymentsOf({ paymentMethods: { attach: refusing(400), retrieve: async () => ({ id: 'pm_1', customer, card }) } }).attach(
      'cus_1',
      'pm_1',
    )

  expect(await attach('cus_1')).toEqual({ paymentMethodId: 'pm_1', brand: 'visa', last4: '4242' })
  await expect(attach('cus_2')).rejects.toMatchObject({ reason: { kind: 'methodUnusable' } })
  const plain = paymentsOf({ paymentMethods: { attach: async () => ({ id: 'pm_2' }) } })
  expect(await plain.attach('cus_1', 'pm_2')).toEqual({ paymentMethodId: 'pm_2' })
  const away = paymentsOf({ paymentMethods: { attach: refusing(429), retrieve: async () => ({ id: 'pm_1', customer: 'cus_1' }) } })
  await expect(away.attach('cus_1', 'pm_1')).rejects.toBeInstanceOf(ProviderAway)
  const lost = paymentsOf({ paymentMethods: { attach: refusing(400), retrieve: refusing(429) } })
  await expect(lost.attach('cus_1', 'pm_1')).rejects.toBeInstanceOf(PaymentRefused)
})

test('detaching a missing payment method succeeds, and fails if the provider is down', async () => {
  const detach = (request: () => Promise<unknown>) => paymentsOf({ paymentMethods: { detach: request } }).detach('pm_1')

  await expect(detach(async () => ({}))).resolves.toBeUndefined()
  await expect(detach(refusing(400))).resolves.toBeUndefined()
  await expect(detach(refusing(500))).rejects.toBeInstanceOf(ProviderFailed)
})

test('a customer is created once per workspace, and under another key if Stripe has failed', async () => {
  const asked: string[] = []
  const create =
    (failing: boolean) =>
    async (_: object, { idempotencyKey }: { idempotencyKey: string }) => {
      asked.push(idempotencyKey)
      if (failing && asked.length === 1) throw errorOf(500)
      return { id: 'cus_1' }
    }
  const make = (failing: boolean, replaces?: string) => {
    asked.length = 0
    return paymentsOf({ customers: { create: create(failing) } }).createCustomer('ws_1', replaces)
  }

  expect([await make(false), ...asked]).toEqual(['cus_1', 'customer-ws_1'])
  expect([await make(false, 'cus_0'), ...asked]).toEqual(['cus_1', 'customer-ws_1-after-cus_0'])
  expect([await make(true), ...asked]).toEqual(['cus_1', 'customer-ws_1', expect.stringMatching(/^customer-ws_1-[\w-]{36}$/)])
  asked.length = 0
  const throttled = async (_: object, { idempotencyKey }: { idempotencyKey: string }) => {
    asked.push(idempotencyKey)
    throw errorOf(429)
  }
  await expect(paymentsOf({ customers: { create: throttled } }).createCustomer('ws_1')).rejects.toBeInstanceOf(ProviderAway)
  expect(asked).toEqual(['customer-ws_1'])
})

test('the account is read once, with the mode of the key, and again after a failure', async () => {
  let reads = 0
  const retrieveCurrent = async () => {
    if (++reads === 1) throw errorOf(500)
    return { id: 'acct_1' }
  }
  const payments = paymentsOf({ accounts: { retrieveCurrent } }, 'live')

  await expect(payments.account()).rejects.toBeInstanceOf(ProviderFailed)
  expect([await payments.account(), await payments.account(), reads]).toEqual(['acct_1 live', 'acct_1 live', 2])
  expect(await paymentsOf({ accounts: { retrieveCurrent } }).account()).toBe('acct_1 test')
})

test('most currencies take eight digits, a few twelve', async () => {
  const payments = paymentsOf({})

  expect(await Promise.all(['usd', 'eur', 'jpy', 'idr'].map((currency) => payments.mostAtOnce(currency)))).toEqual([
    99_999_999, 99_999_999, 999_999_999_999, 999_999_999_999,
  ])
})

test('with no time left no request begins', async () => {
  let asked = 0
  const ask = async () => void asked++
  const names = [
    'account',
    'attach',
    'detach',
    'createCustomer',
    'findIntent',
    'createIntent',
    'readIntent',
    'cancelIntent',
    'confirm',
  ] as const
  const provider = Object.fromEntries(names.map((name) => [name, ask])) as unknown as Payments

  for (const name of names)
    await expect((withDeadline(provider, () => 0)[name] as () => Promise<unknown>)()).rejects.toThrow(
      new ProviderAway('No time left to call the payment provider'),
    )
  expect(asked).toBe(0)
  for (const name of names) await (withDeadline(provider, () => 1)[name] as () => Promise<unknown>)()
  expect(asked).toBe(names.length)
})

test('without a key there is no provider', () => {
  const open = (settings: Partial<Settings>) => openPayments({ settings: settings as Settings })

  expect(open({})).toBeUndefined()
  expect(open({ STRIPE_API_KEY: 'sk_test_1' })?.provider).toBe('stripe')
  expect(open({ STRIPE_API_KEY: 'sk_live_1', STRIPE_API_BASE: 'http://127.0.0.1:1' })?.provider).toBe('stripe')
})
