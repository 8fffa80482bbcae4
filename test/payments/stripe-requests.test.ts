import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Payments, ProviderAway, ProviderFailed } from '#shared/payments/payments.ts'
import { openPayments } from '#shared/payments/stripe.ts'
import type { Settings } from '#shared/settings.ts'

interface Asked {
  readonly request: string
  readonly parameters: Record<string, string>
  readonly idempotencyKey?: string
}

const intent = (id: string, invoiceId = 'in_1') => ({
  id,
  object: 'payment_intent',
  status: 'requires_confirmation',
  metadata: { invoiceId },
})
const succeeded = { ...intent('pi_1'), status: 'succeeded' }
const list = (data: readonly object[], has_more = false) => ({ object: 'list', url: '/v1/payment_intents', data, has_more })

let asked: Asked[] = []
let headers: IncomingMessage['headers'][] = []
/** What Stripe answers next: an object, a number for an error of that status. */
let answers: (object | number)[] = []

const stripe = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://stripe')
  const body = new URLSearchParams(await text(request))
  const idempotencyKey = request.headers['idempotency-key']
  // The SDK makes up a key for a request that is given none.
  const isOurs = typeof idempotencyKey === 'string' && !idempotencyKey.startsWith('stripe-node-retry-')
  headers.push(request.headers)
  asked.push({
    request: `${request.method} ${pathname}`,
    parameters: Object.fromEntries([...searchParams, ...body]),
    ...(isOurs && { idempotencyKey }),
  })
  const answer = answers.shift() ?? 500
  const [status, sent] = typeof answer === 'number' ? [answer, { error: { type: 'api_error' } }] : [200, answer]
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_1' }).end(JSON.stringify(sent))
})

/** What the service opens with these settings. */
const opened = (settings: Partial<Settings> = {}): Payments => {
  const { port } = stripe.address() as AddressInfo
  const all = { STRIPE_API_KEY: 'sk_test_1', STRIPE_API_BASE: `http://127.0.0.1:${port}`, ...settings }
  return openPayments({ settings: all as Settings }) as Payments
}

beforeAll(() => new Promise<void>((resolve) => stripe.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => stripe.close(resolve)))
beforeEach(() => {
  asked = []
  headers = []
  answers = []
})

test.each<[string, object, (payments: Payments) => Promise<unknown>, unknown, Asked]>([
  [
    'a customer is made of a workspace',
    { id: 'cus_1' },
    (payments) => payments.createCustomer('ws_1'),
    'cus_1',
    { request: 'POST /v1/customers', parameters: { 'metadata[workspaceId]': 'ws_1' }, idempotencyKey: 'customer-ws_1' },
  ],
  [
    'a method is attached to its customer',
    { id: 'pm_1', card: { brand: 'visa', last4: '4242' } },
    (payments) => payments.attach('cus_1', 'pm_1'),
    { paymentMethodId: 'pm_1', brand: 'visa', last4: '4242' },
    { request: 'POST /v1/payment_methods/pm_1/attach', parameters: { customer: 'cus_1' } },
  ],
  [
    'a method is detached',
    { id: 'pm_1' },
    (payments) => payments.detach('pm_1'),
    undefined,
    { request: 'POST /v1/payment_methods/pm_1/detach', parameters: {} },
  ],
  [
    'an intent is looked for among all of its customer',
    list([intent('pi_2', 'in_2'), succeeded]),
    (payments) => payments.findIntent('cus_1', 'in_1'),
    { id: 'pi_1', status: 'succeeded' },
    { request: 'GET /v1/payment_intents', parameters: { customer: 'cus_1', limit: '100' } },
  ],
  [
    'an intent is made of an invoice, for a card and nothing that Stripe would choose',
    intent('pi_1'),
    (payments) =>
      payments.createIntent({ customerId: 'cus_1', invoiceId: 'in_1', workspaceId: 'ws_1', amount: 700, currency: 'usd', round: 1 }),
    { id: 'pi_1', status: 'open' },
    {
      request: 'POST /v1/payment_intents',
      parameters: {
        customer: 'cus_1',
        amount: '700',
        currency: 'usd',
        'metadata[invoiceId]': 'in_1',
        'metadata[workspaceId]': 'ws_1',
        'payment_method_types[0]': 'card',
      },
      idempotencyKey: 'invoice-in_1-1',
    },
  ],
  [
    'an intent is read',
    succeeded,
    (payments) => payments.readIntent('pi_1'),
    { id: 'pi_1', status: 'succeeded' },
    { request: 'GET /v1/payment_intents/pi_1', parameters: {} },
  ],
  [
    'an intent is canceled',
    { ...intent('pi_1'), status: 'canceled' },
    (payments) => payments.cancelIntent('pi_1'),
    { id: 'pi_1', status: 'canceled' },
    { request: 'POST /v1/payment_intents/pi_1/cancel', parameters: {} },
  ],
  [
    'an intent is confirmed with a method, without the card holder',
    succeeded,
    (payments) => payments.confirm('pi_1', 'pm_1'),
    { id: 'pi_1', status: 'succeeded' },
    { request: 'POST /v1/payment_intents/pi_1/confirm', parameters: { payment_method: 'pm_1', off_session: 'true' } },
  ],
  [
    'the account is read',
    { id: 'acct_1' },
    (payments) => payments.account(),
    'acct_1 test',
    { request: 'GET /v1/account', parameters: {} },
  ],
])('%s', async (_, answer, ask, expected, request) => {
  answers = [answer]

  expect(await ask(opened())).toEqual(expected)

  expect(asked).toEqual([request])
})

test('an intent is found behind as many others as there are', async () => {
  answers = [list([intent('pi_3', 'in_3'), intent('pi_2', 'in_2')], true), list([succeeded])]

  expect(await opened().findIntent('cus_1', 'in_1')).toEqual({ id: 'pi_1', status: 'succeeded' })

  expect(asked.map(({ parameters }) => parameters.starting_after)).toEqual([undefined, 'pi_2'])
})

test.each([
  ['sk_test_1', 'test'],
  ['rk_test_1', 'test'],
  ['sk_live_1', 'live'],
  ['rk_live_1', 'live'],
])('the key %s signs what is asked, and says the mode: %s', async (STRIPE_API_KEY, mode) => {
  answers = [{ id: 'acct_1' }]

  expect(await opened({ STRIPE_API_KEY }).account()).toBe(`acct_1 ${mode}`)

  expect(headers[0]?.authorization).toBe(`Bearer ${STRIPE_API_KEY}`)
})

test('a failed request is not retried here, because the caller, who keeps the state, decides on retries', async () => {
  answers = [500, 503]

  await expect(opened().confirm('pi_1', 'pm_1')).rejects.toBeInstanceOf(ProviderFailed)

  expect(asked).toHaveLength(1)
})

test('Stripe gets no telemetry about the duration of requests', async () => {
  const payments = opened()
  answers = [succeeded, succeeded]

  await payments.readIntent('pi_1')
  await payments.readIntent('pi_1')

  expect(headers.map((each) => each['x-stripe-client-telemetry'])).toEqual([undefined, undefined])
})

test('an https address is called over TLS only', async () => {
  const { port } = stripe.address() as AddressInfo

  await expect(opened({ STRIPE_API_BASE: `https://127.0.0.1:${port}` }).readIntent('pi_1')).rejects.toBeInstanceOf(ProviderAway)

  expect(asked).toEqual([])
})
