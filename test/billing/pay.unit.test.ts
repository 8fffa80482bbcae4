import { expect, test } from 'vitest'
import { payWith } from '#shared/billing/pay.ts'
import { payInTurn } from '#shared/billing/pay-in-turn.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import { type PaymentTries, slots } from '#shared/domain/payment-tries.ts'
import { PaymentRefused, type Payments, ProviderAway } from '#shared/payments/payments.ts'
import * as keys from '#shared/table/design/keys.ts'
import { remove } from '#shared/table/engine.ts'
import { readInvoiceToPay } from '#shared/table/invoices.ts'
import { accountId, type Billed, billed, billing, failing, failureOf, invoiceId, isoAt, place, start } from '#test/support/billing-unit.ts'

const payOnce = async (b: Billed, remaining = 29_000, payments: Payments | undefined = b.provider.payments) =>
  payWith({ table: b.table, payments, clock: b.clock, now: start, remaining: () => remaining }, await b.invoice(), 'pm_1')

const away = failing(new ProviderAway('Lost'))
const declined = failing(new PaymentRefused({ kind: 'declined', declineCode: 'x' }))
const tooSmall = failing(new PaymentRefused({ kind: 'tooSmall' }))
const tooLarge = failing(new PaymentRefused({ kind: 'tooLarge' }))

test('a settled invoice is returned unchanged, without asking a provider', async () => {
  for (const status of ['paid', 'waived'] as const) {
    const b = await billed({ status })

    expect(
      await payWith({ table: b.table, payments: undefined, clock: b.clock, now: start, remaining: () => 0 }, await b.invoice(), 'pm_1'),
    ).toEqual({
      invoice: await b.invoice(),
    })
  }
})

test('paying charges the named payment method and detaches the stored one', async () => {
  const b = await billed({ billing: { ...billing, former: ['pm_old'] }, handedOver: true })

  expect((await payOnce(b)).invoice).toMatchObject({ status: 'paid' })

  expect(b.provider.of('mostAtOnce')).toEqual([['mostAtOnce', 'usd']])
  expect(b.provider.of('confirm')).toEqual([['confirm', 'pi_1', 'pm_1']])
  expect(b.provider.of('detach')).toEqual([
    ['detach', 'pm_kept'],
    ['detach', 'pm_old'],
  ])
  expect(await b.row()).toMatchObject({ detached: true })
})

test('failing to detach the payment method does not change the answer', async () => {
  const b = await billed({ billing }, { detach: away })

  expect((await payOnce(b)).invoice).toMatchObject({ status: 'paid' })

  expect(await b.row()).not.toHaveProperty('detached')
})

test('a declined card leaves the stored payment method in place', async () => {
  const b = await billed({ billing }, { confirm: declined })

  expect(await payOnce(b)).toMatchObject({ invoice: { status: 'uncollectible' }, refusal: { kind: 'declined' } })

  expect(b.provider.of('detach')).toEqual([])
})

test('an invoice that is too large to charge is returned unchanged and is not a refusal, whoever finds that out', async () => {
  const known = await billed({ total: 701 }, { mostAtOnce: async () => 700 })
  const found = await billed({}, { createIntent: tooLarge })

  for (const b of [known, found]) {
    const { invoice, refusal } = await payOnce(b)
    expect(invoice).toMatchObject({ status: 'open', failure: expect.stringContaining('another way') })
    expect(refusal).toBeUndefined()
    expect(b.provider.of('confirm')).toEqual([])
  }
})

test.each([
  ['the card is declined', declined, isoAt(60)],
  ['the method is gone', failing(new PaymentRefused({ kind: 'methodUnusable' })), isoAt(90 * 86_400)],
  ['the provider is away', away, isoAt(75)],
])('an invoice of before, which the sweep does not find, is found once somebody has tried to pay it: %s', async (_, confirm, dueAt) => {
  const b = await billed({ billing }, { confirm })
  expect(await b.row()).not.toHaveProperty('gsi2pk')

  await payOnce(b).catch(() => {})

  expect(await b.row()).toMatchObject({ gsi2pk: expect.any(String), gsi2sk: dueAt })
})

test('a provider that is down or not configured makes it a 503', async () => {
  const b = await billed({}, { confirm: away })

  expect(await failureOf(payOnce(b))).toMatchObject({
    code: 'unavailable',
    message: 'The payment provider is not responding. Send the request again later.',
    retryAfter: 30,
    cause: expect.any(ProviderAway),
  })
  const none = { table: b.table, payments: undefined, clock: b.clock, now: start, remaining: () => 29_000 }
  expect(await failureOf(payWith(none, await b.invoice(), 'pm_1'))).toMatchObject({
    code: 'unavailable',
    message: 'This service has no payment provider configured. Contact its operator.',
    retryAfter: 3_600,
  })
})

test('an internal error does not count as a failure of the provider', async () => {
  const b = await billed({}, { confirm: failing(new TypeError('A bug')) })

  expect(await failureOf(payOnce(b))).toBeInstanceOf(TypeError)
})

test('no request to the provider begins after 16 seconds, or in the last 10', async () => {
  const slow = await billed()
  slow.provider.instead.createCustomer = async () => {
    slow.pass(16)
    return 'cus_1'
  }
  const quick = await billed()
  quick.provider.instead.createCustomer = async () => {
    quick.pass(15.999)
    return 'cus_1'
  }

  expect(await failureOf(payOnce(slow))).toMatchObject({ code: 'unavailable' })
  expect(slow.provider.of('createIntent')).toEqual([])
  expect((await payOnce(quick)).invoice).toMatchObject({ status: 'paid' })
  const late = await billed()
  expect(await failureOf(payOnce(late, 10_000))).toMatchObject({ code: 'unavailable' })
  expect(late.provider.ways()).toEqual(['mostAtOnce'])
  expect((await payOnce(late, 10_001)).invoice).toMatchObject({ status: 'paid' })
})

/** As the operation does it: somebody who may read the invoice pays it; what happens `meanwhile` is after it was read first. */
async function pay(b: Billed, paymentMethodId = 'pm_1', meanwhile = async (): Promise<unknown> => undefined): Promise<Invoice> {
  await place(b.table, keys.reader({ invoiceId, accountId }), { invoiceId, accountId })
  const seen = await readInvoiceToPay(b.table, invoiceId, accountId)
  if (!seen) throw new Error('It cannot be read')
  const about = { table: b.table, payments: b.provider.payments, clock: b.clock, now: b.clock(), remaining: () => 29_000 }
  await meanwhile()
  return payInTurn({ ...about, accountId, paymentMethodId, seen })
}

const heldTries = (tries: PaymentTries | undefined): number => slots.filter((slot) => tries?.[slot]).length
const triesOf = async (b: Billed) => [heldTries(await b.table.get(keys.paymentTries(accountId))), heldTries(await b.invoice())]

test('in turn: a payment changes nothing else of the invoice, and costs no try', async () => {
  const b = await billed({ billing })

  expect(await pay(b)).toEqual({
    ...(await readBefore()),
    status: 'paid',
    paidAt: isoAt(0),
    payment: { provider: 'stripe', reference: 'pi_1' },
    failure: null,
  })

  expect(await triesOf(b)).toEqual([0, 0])

  async function readBefore() {
    return (await billed({ billing })).invoice()
  }
})

test('in turn: a settled invoice is returned unchanged, without asking a provider', async () => {
  for (const status of ['paid', 'waived', 'draft'] as const) {
    const b = await billed({ status })
    const seen = { invoice: await b.invoice(), tries: undefined }
    const about = { table: b.table, payments: undefined, clock: b.clock, now: start, remaining: () => 0 }

    expect(await payInTurn({ ...about, accountId, paymentMethodId: 'pm_1', seen })).toBe(seen.invoice)
  }
})

test('in turn: without a provider an open invoice cannot be paid, and no turn is taken', async () => {
  const b = await billed({ status: 'uncollectible' })
  const seen = { invoice: await b.invoice(), tries: undefined }
  const about = { table: b.table, payments: undefined, clock: b.clock, now: start, remaining: () => 29_000 }

  expect(await failureOf(payInTurn({ ...about, accountId, paymentMethodId: 'pm_1', seen }))).toMatchObject({
    code: 'unavailable',
    retryAfter: 3_600,
  })

  expect(await b.row()).not.toHaveProperty('paymentTurns')
})

test('in turn: a refusal costs the person and the invoice one try each', async () => {
  const b = await billed({}, { confirm: declined })

  expect(await pay(b)).toMatchObject({ status: 'uncollectible', failure: expect.stringContaining('declined') })

  expect(await triesOf(b)).toEqual([1, 1])
})

test.each([
  ['too large, as is known beforehand', { mostAtOnce: async () => 699 }, 'open'],
  ['too large, as the provider says', { createIntent: tooLarge }, 'open'],
  ['too small, so that it is waived', { createIntent: tooSmall }, 'waived'],
] as const)('in turn: however often it is %s, it costs no try', async (_, instead, status) => {
  const b = await billed({}, instead)

  for (let i = 0; i < 6; i++) {
    expect(await pay(b, `pm_${i}`)).toMatchObject({ status })
    if (status === 'waived') await b.meanwhile({ status: 'open' })
    b.pass(1)
  }

  expect(await triesOf(b)).toEqual([0, 0])
})

test('in turn: a provider that is down costs no try', async () => {
  const b = await billed({}, { confirm: away })

  expect(await failureOf(pay(b))).toMatchObject({ code: 'unavailable', retryAfter: 30 })

  expect(await triesOf(b)).toEqual([0, 0])
})

test('in turn: an invoice that is settled while one waits is returned, and the provider is not asked', async () => {
  for (const status of ['paid', 'waived', 'uncollectible'] as const) {
    const b = await billed({ paymentTurns: [{ by: 'other', of: 'another', until: isoAt(35) }] })
    const settle = () => b.meanwhile({ status, failure: `Now ${status}` }, ['paymentTurns'])

    expect(await pay(b, 'pm_1', settle)).toMatchObject({ status: status === 'uncollectible' ? 'paid' : status })

    expect(b.provider.ways().includes('confirm')).toBe(status === 'uncollectible')
  }
})

test('in turn: an invoice that is settled while one waits is returned without another turn', async () => {
  const b = await billed({ paymentTurns: [{ by: 'other', of: 'another', until: isoAt(35) }] })

  await pay(b, 'pm_1', () => b.meanwhile({ status: 'paid' }, ['paymentTurns']))

  expect(await b.row()).not.toHaveProperty('paymentTurns')
})

test('in turn: an invoice that may no longer be read answers 404', async () => {
  const b = await billed({ paymentTurns: [{ by: 'other', of: 'another', until: isoAt(35) }] })
  const vanish = () => b.table.write(remove(keys.invoice(invoiceId)))

  expect(await failureOf(pay(b, 'pm_1', vanish))).toMatchObject({ code: 'invoice_not_found' })
})

test('in turn: an attempt’s time starts with the turn', async () => {
  const b = await billed({ paymentTurns: [{ by: 'other', of: 'another', until: isoAt(17) }] })

  expect(await pay(b, 'pm_1', async () => b.pass(17))).toMatchObject({ status: 'paid', paidAt: isoAt(17) })
})
