import { spawn } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import Stripe from 'stripe'
import { expect, onTestFinished, test } from 'vitest'
import { noFaults } from '#infra/local/faults.ts'
import { stripeFetch } from '#infra/local/stripe/fetch.ts'
import type { StripeHandle } from '#infra/local/stripe/http.ts'
import { serveStripe, startStripe } from '#infra/local/stripe/server.ts'
import { openStripe, type StripeOptions } from '#infra/local/stripe/stripe.ts'
import { temporaryDataDir } from './temp.ts'

const hourMs = 60 * 60 * 1_000
const longName = 'a-name-of-more-than-forty-characters-is-too-long'
const bill = { amount: 1234, currency: 'usd', metadata: { invoiceId: 'in_1', workspaceId: 'ws_1' }, payment_method_types: ['card'] }

/** The SDK, talking to the stand-in in this process: no socket, no retries. */
const inProcess = (handle: StripeHandle) =>
  new Stripe('sk_test_local', { httpClient: Stripe.createFetchHttpClient(stripeFetch(handle)), maxNetworkRetries: 0, telemetry: false })

/** The stand-in, in memory unless told otherwise, the SDK, a customer, and a clock that can be moved. */
async function opened(options: Partial<StripeOptions> = {}) {
  const faults = noFaults()
  const time = { now: new Date('2026-11-24T10:00:00.000Z') }
  const local = openStripe({ faults, clock: () => time.now, ...options })
  const stripe = inProcess(local.handle)
  const customer = (await stripe.customers.create({ metadata: { workspaceId: 'ws_1' } })).id
  const attached = async (card: string) => (await stripe.paymentMethods.attach(card, { customer })).id
  const created = async (idempotencyKey = 'key-1') => (await stripe.paymentIntents.create({ ...bill, customer }, { idempotencyKey })).id
  const confirmed = (intent: string, payment_method: string) => stripe.paymentIntents.confirm(intent, { payment_method, off_session: true })
  return { faults, time, local, stripe, customer, attached, created, confirmed }
}

/** The SDK, talking to a handle over HTTP. */
async function overHttp(handle: StripeHandle, maxNetworkRetries = 0) {
  const server = await serveStripe(handle)
  onTestFinished(() => server.stop())
  return new Stripe('sk_test_local', { ...server.sdk, maxNetworkRetries, telemetry: false })
}

/** Whether an answer was given before. */
const isReplayed = ({ lastResponse }: Stripe.Response<unknown>) => new Headers(lastResponse.headers).has('idempotent-replayed')

/** A handle whose work is done while its answer is lost, as often as told. */
const losing =
  (handle: StripeHandle, times: number, path = ''): StripeHandle =>
  async (request) => {
    const answer = await handle(request)
    return request.path.includes(path) && times-- > 0 ? 'drop' : answer
  }

test('an attached card pays an invoice, and the charge names the invoice', async () => {
  const { local, stripe, customer, attached, created, confirmed } = await opened()
  const card = await attached('pm_card_visa')
  const id = await created()

  const paid = await confirmed(id, card)

  expect(paid).toMatchObject({ id, status: 'succeeded', amount: 1234, amount_received: 1234, payment_method: card, customer })
  expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'succeeded', metadata: bill.metadata })
  expect(local.charges('ws_1')).toEqual([
    {
      invoiceId: 'in_1',
      workspaceId: 'ws_1',
      amount: 1234,
      currency: 'usd',
      status: 'succeeded',
      idempotencyKey: 'key-1',
      createdAt: '2026-11-24T10:00:00.000Z',
    },
  ])
  expect(local.charges('ws_2')).toEqual([])
})

test('a test id is a template: attaching it creates a payment method, which can be read and, once detached, not used again', async () => {
  const { stripe, customer, attached, created, confirmed } = await opened()

  const [one, two] = [await attached('pm_card_amex'), await attached('pm_card_amex')]
  const other = await stripe.customers.create()

  expect(one).toMatch(/^pm_[0-9a-f]{24}$/)
  expect(one).not.toBe(two)
  expect(await stripe.paymentMethods.retrieve(one)).toMatchObject({ customer, card: { brand: 'amex', last4: '0005' } })
  expect(await stripe.paymentMethods.attach(one, { customer })).toMatchObject({ id: one })
  await expect(stripe.paymentMethods.attach(one, { customer: other.id })).rejects.toMatchObject({ statusCode: 400 })

  expect(await stripe.paymentMethods.detach(one)).toMatchObject({ id: one, customer: null })

  await expect(stripe.paymentMethods.detach(one)).rejects.toMatchObject({ statusCode: 400 })
  await expect(stripe.paymentMethods.attach(one, { customer })).rejects.toMatchObject({ statusCode: 400 })
  await expect(confirmed(await created(), one)).rejects.toMatchObject({ statusCode: 400, message: /may not be used again/ })
  await expect(confirmed(await created(), two)).resolves.toMatchObject({ status: 'succeeded' })
})

test.each(['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex', 'pm_card_visa_debit', 'pm_card_discover'])('%s pays', async (card) => {
  const { attached, created, confirmed } = await opened()

  await expect(confirmed(await created(), await attached(card))).resolves.toMatchObject({ status: 'succeeded' })
})

test.each([
  ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
])('%s can neither be attached nor charged', async (card, code, decline_code) => {
  const { local, attached, created, confirmed } = await opened()
  const declined = { type: 'StripeCardError', statusCode: 402, code, decline_code }

  await expect(attached(card)).rejects.toMatchObject(declined)
  await expect(confirmed(await created(), card)).rejects.toMatchObject(declined)

  expect(local.charges().map(({ status }) => status)).toEqual(['failed'])
})

test.each([
  ['pm_card_chargeCustomerFail', 'card_declined'],
  ['pm_card_authenticationRequired', 'authentication_required'],
])('%s can be attached and is declined when charged, after which another card pays the same intent', async (card, code) => {
  const { local, stripe, attached, created, confirmed } = await opened()
  const [failing, paying, id] = [await attached(card), await attached('pm_card_visa'), await created()]

  await expect(confirmed(id, failing)).rejects.toMatchObject({
    statusCode: 402,
    code,
    payment_intent: { id, status: 'requires_payment_method', payment_method: null },
    payment_method: { id: failing },
  })
  expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'requires_payment_method', last_payment_error: { code } })

  expect(await confirmed(id, paying)).toMatchObject({ id, status: 'succeeded', last_payment_error: null })
  expect(local.charges().map(({ status, idempotencyKey }) => [status, idempotencyKey])).toEqual([
    ['failed', 'key-1'],
    ['succeeded', 'key-1'],
  ])
})

test('a card that needs its holder’s participation waits while the holder is present, and nothing is charged', async () => {
  const { local, stripe, attached, created } = await opened()
  const payment_method = await attached('pm_card_authenticationRequired')

  const waiting = await stripe.paymentIntents.confirm(await created(), { payment_method })

  expect(waiting).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } })
  expect(local.charges()).toEqual([])
})

test('an intent can be created and confirmed in one request, even with a card that is declined', async () => {
  const { local, stripe, customer } = await opened()
  const atOnce = { ...bill, customer, confirm: true, off_session: true }

  const paid = await stripe.paymentIntents.create({ ...atOnce, payment_method: 'pm_card_visa' })
  const declined = stripe.paymentIntents.create({ ...atOnce, payment_method: 'pm_card_chargeDeclined' })

  expect(paid.status).toBe('succeeded')
  await expect(declined).rejects.toMatchObject({ statusCode: 402, payment_intent: { status: 'requires_payment_method' } })
  expect(local.intents().map(({ status }) => status)).toEqual(['succeeded', 'requires_payment_method'])
})

test('an intent that succeeded can be neither confirmed nor canceled, and one that is canceled never pays', async () => {
  const { local, stripe, attached, created, confirmed } = await opened()
  const [card, paid, dropped] = [await attached('pm_card_visa'), await created(), await created('key-2')]
  const unexpected = { statusCode: 400, code: 'payment_intent_unexpected_state' }
  await confirmed(paid, card)

  await expect(confirmed(paid, card)).rejects.toMatchObject({ ...unexpected, payment_intent: { id: paid, status: 'succeeded' } })
  await expect(stripe.paymentIntents.cancel(paid)).rejects.toMatchObject(unexpected)
  await expect(stripe.paymentIntents.confirm(dropped)).rejects.toMatchObject({ ...unexpected, message: /missing a payment method/ })
  expect(await stripe.paymentIntents.cancel(dropped)).toMatchObject({ status: 'canceled', canceled_at: 1_795_514_400 })
  await expect(confirmed(dropped, card)).rejects.toMatchObject(unexpected)

  expect(local.charges()).toHaveLength(1)
})

test.each([
  [{ amount: 49 }, { code: 'amount_too_small', param: 'amount', message: 'Amount must be at least $0.50 usd' }],
  [{ amount: 29, currency: 'gbp' }, { code: 'amount_too_small' }],
  [
    { amount: 49, currency: 'jpy' },
    { code: 'amount_too_small', message: 'Amount must be at least ¥50 jpy' },
  ],
  [{ amount: 100_000_000 }, { code: 'amount_too_large' }],
  [{ amount: 0 }, { code: 'parameter_invalid_integer', param: 'amount' }],
  [{ amount: -100 }, { code: 'parameter_invalid_integer', param: 'amount' }],
  [{ amount: 12.5 }, { code: 'parameter_invalid_integer', param: 'amount' }],
  [{ currency: 'xyzzy' }, { param: 'currency' }],
  [{ currency: '' }, { code: 'parameter_invalid_empty', param: 'currency' }],
  [{ customer: 'cus_nobody' }, { code: 'resource_missing', param: 'customer' }],
  [{ payment_method: 'pm_nothing' }, { code: 'resource_missing', param: 'payment_method' }],
  [{ metadata: { [longName]: 'in_1' } }, { param: 'metadata' }],
  [{ off_session: true }, { param: 'off_session' }],
  [{ amuont: 1 }, { code: 'parameter_unknown', param: 'amuont' }],
])('an intent with %j is refused', async (wrong, refusal) => {
  const { local, stripe, customer } = await opened()

  const made = stripe.paymentIntents.create({ ...bill, customer, ...wrong } as Stripe.PaymentIntentCreateParams)

  await expect(made).rejects.toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400, ...refusal })
  expect(local.intents()).toEqual([])
})

test('a missing object is a 404 if the path names it, and a 400 if a parameter does', async () => {
  const { local, stripe, customer, attached, created, confirmed } = await opened()
  const missing = { code: 'resource_missing', message: /^No such / }

  await expect(stripe.customers.retrieve('cus_nobody')).rejects.toMatchObject({ statusCode: 404, ...missing })
  await expect(stripe.paymentMethods.retrieve('pm_nothing')).rejects.toMatchObject({ statusCode: 404, ...missing })
  await expect(stripe.paymentMethods.attach('pm_nothing', { customer })).rejects.toMatchObject({ statusCode: 404, ...missing })
  await expect(stripe.paymentMethods.attach('pm_card_visa', { customer: 'cus_nobody' })).rejects.toMatchObject({
    statusCode: 400,
    param: 'customer',
  })
  await expect(stripe.paymentIntents.retrieve('pi_nothing')).rejects.toMatchObject({ statusCode: 404, param: 'intent', ...missing })
  await expect(confirmed(await created(), 'pm_nothing')).rejects.toMatchObject({ statusCode: 400, param: 'payment_method' })
  await expect(stripe.invoices.list()).rejects.toMatchObject({ statusCode: 404, message: /^Unrecognized request URL/ })
  expect(await local.handle({ method: 'GET', path: '/v1/customers', headers: {}, body: '' })).toMatchObject({ status: 401 })

  const [card, other] = [await attached('pm_card_visa'), await stripe.customers.create()]
  const { id } = await stripe.paymentIntents.create({ ...bill, customer: other.id })
  await expect(confirmed(id, card)).rejects.toMatchObject({ statusCode: 400, param: 'payment_method' })
})

test('a list is newest first, of one customer, and can be paged through in both directions', async () => {
  const { stripe, customer, created } = await opened()
  const other = await stripe.customers.create({ email: 'other@example.com' })
  const ids: string[] = []
  for (let i = 0; i < 25; i++) ids.unshift(await created(`key-${i}`))
  await stripe.paymentIntents.create({ ...bill, customer: other.id })

  const all = await stripe.paymentIntents.list({ customer, limit: 7 }).autoPagingToArray({ limit: 100 })
  const before = await stripe.paymentIntents.list({ customer, ending_before: ids[5]!, limit: 3 })

  expect(all.map(({ id }) => id)).toEqual(ids)
  expect(before).toMatchObject({ data: [{ id: ids[2] }, { id: ids[3] }, { id: ids[4] }], has_more: true })
  expect((await stripe.paymentIntents.list({ customer })).data).toHaveLength(10)
  expect((await stripe.customers.list({ email: 'other@example.com' })).data).toEqual([other])
  await expect(stripe.paymentIntents.list({ limit: 101 })).rejects.toMatchObject({ code: 'parameter_invalid_integer' })
  await expect(stripe.paymentIntents.list({ starting_after: 'pi_nothing' })).rejects.toMatchObject({ code: 'resource_missing' })
})

test('the same idempotency key replays the first answer, even a refused charge, and allows no other request', async () => {
  const { local, stripe, customer, attached } = await opened()
  const idempotencyKey = 'again'
  const first = await stripe.paymentIntents.create({ ...bill, customer }, { idempotencyKey })
  const payment_method = await attached('pm_card_chargeCustomerFail')
  const decline = () =>
    stripe.paymentIntents.confirm(first.id, { payment_method }, { idempotencyKey: 'confirm' }).catch((error) => error.raw)

  const second = await stripe.paymentIntents.create({ customer, ...bill }, { idempotencyKey })
  const [one, two] = [await decline(), await decline()]

  expect(second).toEqual(first)
  expect([isReplayed(first), isReplayed(second)]).toEqual([false, true])
  expect({ ...two, headers: {}, requestId: '' }).toEqual({ ...one, headers: {}, requestId: '' })
  expect([one.code, one.requestId, two.headers['original-request']]).toEqual(['card_declined', expect.any(String), one.requestId])
  expect(local.charges()).toHaveLength(1)
  const reused = { type: 'StripeIdempotencyError', statusCode: 400 }
  await expect(stripe.paymentIntents.create({ ...bill, customer, amount: 99 }, { idempotencyKey })).rejects.toMatchObject(reused)
  await expect(stripe.customers.create({}, { idempotencyKey })).rejects.toMatchObject(reused)
  expect(local.intents()).toHaveLength(1)
})

test('an idempotency key is forgotten after 24 hours, and is not used up by a malformed request', async () => {
  const { local, time, stripe, customer, created } = await opened()
  const malformed = stripe.paymentIntents.create({ ...bill, customer, amount: 10 }, { idempotencyKey: 'key-1' })

  await expect(malformed).rejects.toMatchObject({ code: 'amount_too_small' })
  const first = await created()
  time.now = new Date(time.now.getTime() + 24 * hourMs - 1)
  expect(await created()).toBe(first)
  time.now = new Date(time.now.getTime() + 1)
  expect(await created()).not.toBe(first)

  expect(local.intents()).toHaveLength(2)
})

test('of concurrent requests with one idempotency key, one is executed; with retries all get its answer', async () => {
  const moment = () => new Promise<void>((resolve) => setTimeout(resolve, 50))
  let working = moment
  const { local, stripe, customer, created } = await opened({ pause: () => working() })
  const patient = await overHttp(local.handle, 5)

  const { promise: othersAreRefused, resolve: goOn } = Promise.withResolvers<void>()
  let [atWork, waiting] = [0, 5]
  working = () => {
    if (++atWork > 1) goOn()
    return othersAreRefused
  }
  const race = () => created('race').finally(() => --waiting === 1 && goOn())
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, race))
  working = moment
  const create = () => patient.paymentIntents.create({ ...bill, customer }, { idempotencyKey: 'patient' })
  const answers = await Promise.all(Array.from({ length: 5 }, create))

  const refused = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason)
  expect(refused.map(({ statusCode, code }) => [statusCode, code])).toEqual(Array(4).fill([409, 'idempotency_key_in_use']))
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
  expect((await stripe.paymentIntents.list({ customer })).data).toHaveLength(2)
})

test('of concurrent confirmations one charges, whatever their keys', async () => {
  const { local, attached, created, confirmed } = await opened()
  const [card, id] = [await attached('pm_card_visa'), await created()]

  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => confirmed(id, card)))

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(local.charges()).toHaveLength(1)
})

test.each([0, 2])('a charge whose answer is lost is found again by the SDK with %i retries, and made once', async (retries) => {
  const { local, attached, created } = await opened()
  const stripe = await overHttp(losing(local.handle, Math.max(1, retries), '/confirm'), retries)
  const [card, id] = [await attached('pm_card_visa'), await created()]

  const paid = await stripe.paymentIntents.confirm(id, { payment_method: card, off_session: true })

  expect(paid).toMatchObject({ id, status: 'succeeded' })
  expect(isReplayed(paid)).toBe(true)
  expect(local.charges()).toHaveLength(1)
})

test('if every answer is lost, the charge was still made, and the intent says so', async () => {
  const { local, attached, created } = await opened()
  const deaf = inProcess(losing(local.handle, 1, '/confirm'))
  const [card, id] = [await attached('pm_card_visa'), await created()]

  const lost = deaf.paymentIntents.confirm(id, { payment_method: card, off_session: true })

  await expect(lost).rejects.toMatchObject({ type: 'StripeConnectionError' })
  expect(await deaf.paymentIntents.retrieve(id)).toMatchObject({ status: 'succeeded' })
  expect(local.charges()).toHaveLength(1)
})

test('with pm_provider_down the provider cannot be reached when it is charged: no answer, or 503, and no charge', async () => {
  const { local, stripe, attached, created, confirmed } = await opened()
  const [away, paying, id] = [await attached('pm_provider_down'), await attached('pm_card_visa'), await created()]
  const direct = { ...bill, confirm: true, payment_method: 'pm_provider_down' }

  const reasons: unknown[] = []
  for (let i = 0; i < 6; i++) await confirmed(id, away).catch(({ type, statusCode }) => reasons.push([type, statusCode]))

  const [dropped, unavailable] = [
    ['StripeConnectionError', undefined],
    ['StripeAPIError', 503],
  ]
  expect(reasons).toEqual([dropped, dropped, unavailable, dropped, dropped, unavailable])
  await expect(stripe.paymentIntents.create(direct)).rejects.toMatchObject({ type: 'StripeConnectionError' })
  await expect((await overHttp(local.handle)).paymentIntents.confirm(id, { payment_method: away })).rejects.toMatchObject({
    statusCode: 503,
  })
  expect(local.charges()).toEqual([])
  expect(local.intents()).toHaveLength(1)
  expect(await confirmed(id, paying)).toMatchObject({ status: 'succeeded' })
})

test.each([0, 2])('a provider that is down drops everything, with %i retries too, and has done none of it', async (retries) => {
  const { local, faults, customer } = await opened()
  const stripe = await overHttp(local.handle, retries)
  const create = () => stripe.paymentIntents.create({ ...bill, customer }, { idempotencyKey: 'down' })

  faults.paymentProvider = 'down'
  await expect(create()).rejects.toMatchObject({ type: 'StripeConnectionError' })
  await expect(stripe.customers.retrieve(customer)).rejects.toMatchObject({ type: 'StripeConnectionError' })
  expect(local.intents()).toEqual([])
  faults.paymentProvider = null

  expect(isReplayed(await create())).toBe(false)
})

test('everything survives a restart, idempotency keys included, even if a kill truncated the last line', async () => {
  const journalFile = join(await temporaryDataDir(), 'stripe.jsonl')
  const before = await opened({ journalFile })
  const [card, spent, id] = [await before.attached('pm_card_visa'), await before.attached('pm_card_amex'), await before.created()]
  await before.stripe.paymentMethods.detach(spent)
  const paid = await before.stripe.paymentIntents.confirm(id, { payment_method: card }, { idempotencyKey: 'paid' })
  await appendFile(journalFile, '{"charge":{"invoiceId":"in_2"')

  const after = await opened({ journalFile })
  const stripe = inProcess(after.local.handle)

  expect(after.local.charges()).toEqual(before.local.charges())
  expect(after.local.intents()).toEqual(before.local.intents())
  expect(after.local.customers().slice(0, 1)).toEqual(before.local.customers())
  expect(await stripe.paymentIntents.confirm(id, { payment_method: card }, { idempotencyKey: 'paid' })).toEqual(paid)
  await expect(stripe.paymentMethods.attach(spent, { customer: before.customer })).rejects.toMatchObject({ statusCode: 400 })
  expect(after.local.charges()).toHaveLength(1)
})

test('a process that is killed under load loses no answer and no charge, and leaves nothing half done', async () => {
  const journalFile = join(await temporaryDataDir(), 'stripe.jsonl')
  const options = JSON.stringify({ journalFile, faults: {} })
  const script = `import { startStripe } from '#infra/local/stripe/server.ts'; console.log(JSON.stringify((await startStripe(${options})).sdk))`
  const answered: string[] = []

  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const sdk = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    const stripe = new Stripe('sk_test_local', { ...JSON.parse(sdk), maxNetworkRetries: 0, telemetry: false })
    const pay = async () => {
      for (;;) {
        const { id } = await stripe.paymentIntents.create(bill)
        await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })
        answered.push(id)
        if (answered.length >= 12 * (round + 1)) child.kill('SIGKILL')
      }
    }
    const busy = Promise.allSettled(Array.from({ length: 8 }, pay))
    onTestFinished(() => void child.kill('SIGKILL'))
    await busy
  }

  const { sdk, charges, intents, stop } = await startStripe({ journalFile, faults: {} })
  onTestFinished(stop)
  const succeeded = intents().filter(({ status }) => status === 'succeeded')
  expect(answered.length).toBeGreaterThan(10)
  expect(succeeded.map(({ id }) => id)).toEqual(expect.arrayContaining(answered))
  expect(charges()).toHaveLength(succeeded.length)
  const stripe = new Stripe('sk_test_local', { ...sdk, telemetry: false })
  expect(await stripe.paymentIntents.retrieve(answered[0]!)).toMatchObject({ status: 'succeeded' })
})

test.each([
  ['before', 0],
  ['after', 1],
] as const)('a failure %s the work is done is given again to its idempotency key for a day, and not to another', async (fails, made) => {
  const failures = [fails]
  const { stripe, local, created, time } = await opened({
    fails: (path) => (path.endsWith('/payment_intents') ? failures.pop() : undefined),
  })

  for (let attempt = 0; attempt < 2; attempt++) await expect(created()).rejects.toMatchObject({ statusCode: 500, type: 'StripeAPIError' })

  expect(local.intents()).toHaveLength(made)
  expect(await created('key-2')).toMatch(/^pi_/)
  time.now = new Date(time.now.getTime() + 24 * hourMs)
  expect(await created()).toMatch(/^pi_/)
  expect((await stripe.paymentIntents.list()).data).toHaveLength(made + 2)
})

test('a deleted customer loses its cards; its intents stay, cannot be confirmed, and can be canceled', async () => {
  const { stripe, customer, attached, created, confirmed } = await opened()
  const [card, intent] = [await attached('pm_card_visa'), await created()]

  expect(await stripe.customers.del(customer)).toMatchObject({ id: customer, deleted: true })

  expect(await stripe.paymentMethods.retrieve(card)).toMatchObject({ customer: null })
  const missing = { statusCode: 400, code: 'resource_missing', param: 'customer' }
  await expect(confirmed(intent, 'pm_card_visa')).rejects.toMatchObject(missing)
  await expect(created('key-2')).rejects.toMatchObject(missing)
  expect(await stripe.paymentIntents.cancel(intent)).toMatchObject({ status: 'canceled' })
})

test('a key reads its own account', async () => {
  const { stripe } = await opened({ account: 'acct_1' })

  expect(await stripe.accounts.retrieveCurrent()).toMatchObject({ id: 'acct_1', object: 'account' })
})
