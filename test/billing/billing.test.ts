import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { payWith } from '#shared/billing/pay.ts'
import { Refusal } from '#shared/domain/refusals.ts'
import { type Payments, ProviderAway, ProviderFailed } from '#shared/payments/payments.ts'
import { stripePayments } from '#shared/payments/stripe.ts'
import { Table } from '#shared/table/engine.ts'
import { readInvoice } from '#shared/table/invoices.ts'
import { type Departure, departure, finish } from '../support/departure.ts'
import { allRows, kindOf } from '../support/invariants.ts'

function paymentsOf({ world }: Departure): Payments {
  const { payments } = world.services
  if (!payments) throw new Error('There is no payment provider')
  return payments
}

/** Pays the final invoice as Ann, over a payment provider that behaves otherwise. */
const payThrough = ({ world, ann, invoiceId }: Departure, payments: Payments, paymentMethodId: string) =>
  world.call('payInvoice', { as: ann.token, path: { invoiceId }, body: { paymentMethodId } }, { ...world.services, payments })

/** As `payThrough`, without a turn, as the deletion's worker does it, and whoever has lost theirs. */
async function payNow({ world, invoiceId }: Departure, payments: Payments, paymentMethodId: string) {
  const invoice = await readInvoice(world.services.table, invoiceId)
  if (!invoice) throw new Error('There is no invoice')
  const { table, clock } = world.services
  const charged = await payWith({ table, payments, clock, now: world.now, remaining: () => 29_000 }, invoice, paymentMethodId)
  return charged.invoice
}

test('a payment method is set, shown by brand and last four, replaced and detached', async () => {
  const d = await departure()

  expect(await d.card('pm_card_visa')).toMatchObject({ status: 200, body: { provider: 'stripe', brand: 'visa', last4: '4242' } })
  expect(await d.card('pm_card_mastercard')).toMatchObject({ status: 200, body: { brand: 'mastercard' } })

  expect(d.provider.customers()).toHaveLength(1)
  const billing = (await allRows(d.world.services.table)).filter((row) => kindOf(row) === 'Billing')
  expect(billing).toMatchObject([{ brand: 'mastercard' }])
})

test('a payment method that is set a second time stays attached and can be charged', async () => {
  const d = await departure()
  const billing = async () => (await allRows(d.world.services.table)).find((row) => kindOf(row) === 'Billing')
  await d.card('pm_card_visa')
  const { paymentMethodId, ...row } = (await billing())!

  const again = await d.card(paymentMethodId)
  await d.world.services.table.client.send(new DeleteCommand({ TableName: d.world.services.table.name, Key: { pk: row.pk, sk: row.sk } }))
  const forgotten = await d.card(paymentMethodId) // as where the process died between attaching and writing it down

  expect([again, forgotten]).toMatchObject([{ status: 200 }, { status: 200, body: { brand: 'visa', last4: '4242' } }])
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
})

test('a payment method stays attached while it is unknown whether it was stored, and can be charged if it was', async () => {
  const d = await departure()
  const { table } = d.world.services
  const write: typeof table.write = async (...writes) => {
    await table.write(...writes)
    const isKept = writes.some((write) => write?.request.Put?.Item?.sk === 'BILLING')
    if (isKept) throw new Refusal('unavailable', 'The answer is lost.')
  }
  const unclear = { ...d.world.services, table: Object.assign(new Table(table.client, table.name), { write }) }

  const ask = { as: d.ann.token, path: d.path, body: { paymentMethodId: 'pm_card_visa' } }
  const { status } = await d.world.call('setPaymentMethod', ask, unclear)

  expect(status).toBe(503)
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
})

test.each([['pm_card_chargeDeclined'], ['pm_nonsense'], ['../customers']])('the payment method %s cannot be set', async (id) => {
  const d = await departure()

  const answer = await d.card(id)

  expect(answer).toMatchObject({ status: 400, body: { code: 'payment_method_refused', errors: [{ pointer: '/paymentMethodId' }] } })
  expect((await allRows(d.world.services.table)).filter((row) => kindOf(row) === 'Billing')).toEqual([])
})

test('a card that will be declined, and one that makes the provider unreachable, can be set', async () => {
  const d = await departure()

  expect(await d.card('pm_card_chargeCustomerFail')).toMatchObject({ status: 200 })
  expect(await d.card('pm_provider_down')).toMatchObject({ status: 200 })
})

test('while the provider is down, setting a payment method answers 503 with Retry-After and changes nothing', async () => {
  const d = await departure()
  d.provider.faults.paymentProvider = 'down'

  expect(await d.card('pm_card_visa')).toMatchObject({ status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '30' } })
  d.provider.faults.paymentProvider = null
  expect(await d.card('pm_card_visa')).toMatchObject({ status: 200 })
})

test('a provider that is still processing the same request has not refused it: the outcome is unknown, and the card may be good', async () => {
  const d = await departure()
  const payments = paymentsOf(d)
  const customerId = await payments.createCustomer(d.workspaceId)
  const request = { customerId, invoiceId: d.invoiceId, workspaceId: d.workspaceId, amount: 700, currency: 'usd', round: 0 }

  const [first, second] = await Promise.allSettled([payments.createIntent(request), payments.createIntent(request)])

  expect([first, second]).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: expect.any(ProviderAway) }])
  expect([{ status: 'fulfilled', value: await payments.createIntent(request) }]).toEqual([first])
})

test('when several payment methods are set concurrently, one stays and the others are detached', async () => {
  const d = await departure()

  const answers = await Promise.all([d.card('pm_card_visa'), d.card('pm_card_mastercard'), d.card('pm_card_amex')])

  expect(answers.map(({ status, body }) => [status, body.brand])).toEqual([
    [200, 'visa'],
    [200, 'mastercard'],
    [200, 'amex'],
  ])
  expect((await allRows(d.world.services.table)).filter((row) => kindOf(row) === 'Billing')).toHaveLength(1)
})

test('the preview shows what a deletion would charge, over all months and rounded line by line', async () => {
  const d = await departure()
  await d.use('requests', '12.5')
  await d.use('storage', '0.5')
  await d.use('storage', '0.5', { occurredAt: '2026-10-30T00:00:00Z' })
  await d.use('compute', '1')

  const { body } = await d.here('previewInvoice')

  expect(body).toMatchObject({ id: d.invoiceId, number: null, kind: 'final', status: 'draft', workspaceId: d.workspaceId })
  expect(body).toMatchObject({ issuedAt: null, paidAt: null, payment: null, failure: null })
  expect(body).toMatchObject({ periodStart: '2026-10-01T00:00:00.000Z', periodEnd: d.world.now.toISOString() })
  expect(body.lines).toEqual([
    { meter: 'requests', description: 'API requests', quantity: '12.5', unitPrice: '0.0004', amount: 1 },
    { meter: 'storage', description: 'Storage', quantity: '1', unitPrice: '0.07', amount: 7 },
    { meter: 'compute', description: 'Compute time', quantity: '1', unitPrice: '0.025', amount: 3 },
  ])
  expect(body.total).toBe(11)
  await d.erase()
  await d.finish()
  expect(await d.invoice()).toMatchObject({ lines: body.lines, total: 11, periodStart: body.periodStart })
})

test('only admins see usage, invoices and the payment method', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'developer')

  for (const operation of ['previewInvoice', 'listInvoices', 'setPaymentMethod'])
    expect(await d.here(operation, { as: bob.token, body: { paymentMethodId: 'pm_card_visa' } })).toMatchObject({ status: 403 })
  expect((await d.here('listInvoices')).body).toEqual({ data: [], nextCursor: null })
})

test('an active workspace has no invoice to read or pay, and a malformed id answers 404', async () => {
  const d = await departure()

  for (const invoiceId of [d.invoiceId, 'in_nonsense', `in_${'0'.repeat(26)}`]) {
    expect(await d.world.call('getInvoice', { as: d.ann.token, path: { invoiceId } })).toMatchObject({
      status: 404,
      body: { code: 'invoice_not_found' },
    })
    const body = { paymentMethodId: 'pm_card_visa' }
    expect(await d.world.call('payInvoice', { as: d.ann.token, path: { invoiceId }, body })).toMatchObject({ status: 404 })
  }
})

test('listing my invoices returns those of all my deleted workspaces, newest first, in pages', async () => {
  const d = await departure()
  const ids: string[] = []
  for (const name of ['One', 'Two', 'Three']) {
    const { body } = await d.world.call('createWorkspace', { as: d.ann.token, body: { name } })
    await d.world.call('deleteWorkspace', { as: d.ann.token, path: { workspaceId: body.id }, query: { confirm: name } })
    await finish(d.world, body.id)
    ids.push(body.id.replace('ws_', 'in_'))
  }

  const first = await d.world.call('listMyInvoices', { as: d.ann.token, query: { limit: '2' } })
  const second = await d.world.call('listMyInvoices', { as: d.ann.token, query: { limit: '2', cursor: first.body.nextCursor } })

  expect([...first.body.data, ...second.body.data].map(({ id }) => id)).toEqual(ids.toReversed())
  expect(second.body.nextCursor).toBeNull()
  expect(await d.world.call('listMyInvoices', { as: d.ann.token, query: { cursor: 'x' } })).toMatchObject({ status: 400 })
})

test('a refusal that is recorded late does not change an invoice that someone else has paid meanwhile', async () => {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  const payments = paymentsOf(d)
  const confirm: Payments['confirm'] = async (...given) => {
    const refusal = await payments.confirm(...given).catch((error) => error)
    await payNow(d, payments, 'pm_card_visa')
    throw refusal
  }

  const answer = await payThrough(d, { ...payments, confirm }, 'pm_card_chargeDeclined')

  expect(answer).toMatchObject({ status: 200, body: { status: 'paid', failure: null } })
  expect(await d.invoice()).toEqual(answer.body)
})

test('two concurrent payments charge once, even if the provider creates an intent for each', async () => {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  const payments = paymentsOf(d)
  const customerId = await payments.createCustomer(d.workspaceId)
  const createCustomer = async () => customerId
  const both = Promise.withResolvers<void>()
  let made = 0
  const createIntent: Payments['createIntent'] = async (request) => {
    const intent = await payments.createIntent({ ...request, invoiceId: `${request.invoiceId}-${++made}` })
    if (made === 2) both.resolve()
    await both.promise
    return intent
  }

  const cards = ['pm_card_visa', 'pm_card_mastercard']
  const answers = await Promise.all(cards.map((card) => payNow(d, { ...payments, createCustomer, createIntent }, card)))

  expect(answers).toMatchObject([{ status: 'paid' }, { status: 'paid' }])
  expect([made, d.charges()]).toEqual([2, [{ amount: 700, status: 'succeeded' }]])
})

test('of an issued invoice, only the payment changes', async () => {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  const { status, paidAt, payment, failure, ...issued } = await d.invoice()
  expect({ status, paidAt, payment, failure }).toEqual({ status: 'open', paidAt: null, payment: null, failure: null })

  await d.pay('pm_card_visa')

  expect(await d.invoice()).toMatchObject({ ...issued, status: 'paid', payment: { provider: 'stripe' } })
})

test('a request at which the provider failed is not retried under the same idempotency key', async () => {
  const keysOf = { intent: [] as string[], customer: [] as string[] }
  const failure = Stripe.errors.StripeError.generate({ type: 'api_error', message: 'Stored', statusCode: 500 } as never)
  const fails = (noted: string[]) => (_: object, options: { idempotencyKey: string }) => {
    noted.push(options.idempotencyKey)
    return Promise.reject(failure)
  }
  const failing = { paymentIntents: { create: fails(keysOf.intent) }, customers: { create: fails(keysOf.customer) } } as unknown as Stripe
  const payments = stripePayments(failing)
  const request = { customerId: 'cus_1', invoiceId: 'in_1', workspaceId: 'ws_1', amount: 700, currency: 'usd' }

  await expect(payments.createIntent({ ...request, round: 0 })).rejects.toThrow(ProviderAway)
  await expect(payments.createIntent({ ...request, round: 1 })).rejects.toThrow(ProviderAway)
  await expect(payments.createCustomer('ws_1')).rejects.toThrow(ProviderAway)

  expect(keysOf.intent[0]).toBe('invoice-in_1')
  expect(new Set(keysOf.intent).size).toBe(2)
  expect([keysOf.customer[0], new Set(keysOf.customer).size]).toEqual(['customer-ws_1', 2])
})

test('a failure of the provider is counted, so that the next attempt uses another idempotency key', async () => {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  const asked: number[] = []
  const createIntent: Payments['createIntent'] = async ({ round }) => {
    asked.push(round)
    throw new ProviderFailed('The payment provider has failed')
  }
  Object.assign(d.world.services, { payments: { ...paymentsOf(d), createIntent } })

  const answers = [await d.pay('pm_card_visa'), await d.pay('pm_card_visa')]

  expect(answers.map(({ status }) => status)).toEqual([503, 503])
  expect(asked).toEqual([0, 1])
})
