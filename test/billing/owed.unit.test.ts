import { expect, test } from 'vitest'
import { detachMethod, noteTooLarge, reportAway, settleWithProvider } from '#shared/billing/owed.ts'
import type { MetricName } from '#shared/metrics.ts'
import { type Payments, ProviderAway, ProviderRejectsUs } from '#shared/payments/payments.ts'
import * as keys from '#shared/table/design/keys.ts'
import { remove } from '#shared/table/engine.ts'
import {
  type Billed,
  billed,
  billing,
  failing,
  failureOf,
  intent,
  invoiceId,
  isoAt,
  openInvoice,
  workspaceId,
} from '#test/support/billing-unit.ts'

const old = `${isoAt(-75)} a`
const away = failing(new ProviderAway('Lost'))
const kept = { billing: { ...billing, former: ['pm_old'] } }
const days = (count: number): number => count * 86_400

/** Runs it, and answers the numbers that it reported. */
async function settle(b: Billed, payments: Payments | undefined = b.provider.payments, remaining = 60_000) {
  const numbers: [MetricName, number, object?][] = []
  const metrics = { record: (...given: [MetricName, number, object?]) => void numbers.push(given) }
  await settleWithProvider(invoiceId, { table: b.table, payments, clock: b.clock, metrics, remaining: () => remaining })
  return numbers
}

const putOff = ['ChargesPutOff', 1, { invoiceId, workspaceId }]
const rejected = ['ProviderRejections', 1, { invoiceId, workspaceId }]

test('the sweep reads an attempt’s outcome and never confirms: an intent that succeeded is the payment', async () => {
  const b = await billed({ attempt: old, intentId: 'pi_9', account: 'acct_1 test' }, { readIntent: async (id) => intent('succeeded', id) })

  expect(await settle(b)).toEqual([])

  expect(b.provider.asked).toEqual([['account'], ['readIntent', 'pi_9']])
  const row = await b.row()
  expect(row).toMatchObject({ status: 'paid', paidAt: isoAt(0), payment: { provider: 'stripe', reference: 'pi_9' }, failure: null })
  for (const gone of ['attempt', 'gsi2pk', 'gsi2sk']) expect(row).not.toHaveProperty(gone)
})

test('an undecided attempt is checked again after 15 minutes', async () => {
  const b = await billed({ attempt: old, intentId: 'pi_9' }, { readIntent: async (id) => intent('pending', id) })

  expect(await settle(b)).toEqual([])

  expect(await b.row()).toMatchObject({ status: 'open', attempt: old, gsi2sk: isoAt(900) })
})

test('an attempt that failed is over; a refusal is recorded as if its answer had arrived', async () => {
  const nothing = await billed({ attempt: old, intentId: 'pi_9' }, { readIntent: async (id) => intent('open', id) })
  const refusal = { kind: 'declined', declineCode: 'expired_card' } as const
  const refused = await billed({ attempt: old, intentId: 'pi_9' }, { readIntent: async (id) => ({ ...intent('open', id), refusal }) })

  await settle(nothing)
  await settle(refused)

  expect(await nothing.row()).toMatchObject({ status: 'open', failure: null })
  expect(await refused.row()).toMatchObject({ status: 'uncollectible', failure: 'The card has expired. Use another card.' })
  for (const b of [nothing, refused]) {
    expect(await b.row()).not.toHaveProperty('attempt')
    expect(await b.row()).not.toHaveProperty('gsi2sk')
  }
})

test.each([
  ['there is no attempt', { intentId: 'pi_9' }],
  ['there is no intent', { attempt: old }],
  ['somebody may still be at it', { attempt: `${isoAt(-74.999)} a`, intentId: 'pi_9' }],
])('where %s the provider is not asked about one', async (_, over) => {
  const b = await billed(over)

  expect(await settle(b)).toEqual([])

  expect(b.provider.asked).toEqual([])
  expect(await b.row()).toMatchObject({ status: 'open', ...over })
})

test('with another account’s ids nothing is read, and an alarm is raised', async () => {
  for (const over of [{ account: 'acct_2 live', billing }, { billing: { ...billing, account: 'acct_2 live' } }]) {
    const b = await billed({ attempt: old, intentId: 'pi_9', ...over })

    expect(await settle(b)).toEqual([putOff, rejected])

    expect(b.provider.asked).toEqual([['account']])
    expect(await b.row()).toMatchObject({ attempt: old, gsi2sk: isoAt(900) })
  }
})

test('a settled invoice’s payment methods are detached at once, and it is no longer due', async () => {
  for (const status of ['paid', 'waived', 'uncollectible'] as const) {
    const b = await billed({ status, ...kept })
    await b.meanwhile({ gsi2pk: 'DUE#0', gsi2sk: isoAt(0) })

    expect(await settle(b)).toEqual([])

    expect(b.provider.asked).toEqual([['account'], ['detach', 'pm_kept'], ['detach', 'pm_old']])
    expect(await b.row()).toMatchObject({ detached: true })
    expect(await b.row()).not.toHaveProperty('gsi2sk')
  }
})

test('an open invoice keeps its payment method for 90 days', async () => {
  const b = await billed(kept)
  b.pass(days(90) - 1)

  expect(await settle(b)).toEqual([])
  expect(b.provider.asked).toEqual([])
  expect(await b.row()).toMatchObject({ gsi2sk: isoAt(days(90)) })

  b.pass(1)
  await settle(b)
  expect(b.provider.of('detach')).toHaveLength(2)
  expect(await b.row()).toMatchObject({ detached: true, status: 'open' })
})

test('an invoice that owes nothing is not due, and a missing one is ignored', async () => {
  for (const over of [{}, { ...kept, detached: true, status: 'paid' as const }]) {
    const b = await billed(over)
    await b.meanwhile({ gsi2pk: 'DUE#0', gsi2sk: isoAt(0) })

    expect(await settle(b)).toEqual([])

    expect(b.provider.asked).toEqual([])
    expect(await b.row()).not.toHaveProperty('gsi2sk')
  }
  const gone = await billed()
  await gone.table.write(remove(keys.invoice(invoiceId)))
  expect(await settle(gone, undefined)).toEqual([])
})

test('when a payment is found, its payment method is detached at once', async () => {
  const b = await billed({ attempt: old, intentId: 'pi_9', ...kept }, { readIntent: async (id) => intent('succeeded', id) })

  await settle(b)

  expect(b.provider.of('detach')).toHaveLength(2)
  expect(await b.row()).toMatchObject({ status: 'paid', detached: true })
})

test('a provider that is down or not configured is asked again after 15 minutes', async () => {
  const lost = await billed({ status: 'paid', ...kept }, { detach: away })
  const none = await billed({ status: 'paid', ...kept })

  expect(await settle(lost)).toEqual([putOff])
  expect(await settleWithout(none)).toEqual([putOff])

  for (const b of [lost, none]) {
    expect(await b.row()).toMatchObject({ gsi2sk: isoAt(900) })
    expect(await b.row()).not.toHaveProperty('detached')
  }
})

async function settleWithout(b: Billed) {
  const numbers: unknown[] = []
  const metrics = { record: (...given: unknown[]) => void numbers.push(given) }
  await settleWithProvider(invoiceId, { table: b.table, payments: undefined, clock: b.clock, metrics, remaining: () => 60_000 })
  return numbers
}

test('no request begins with 15 seconds left or less', async () => {
  const b = await billed({ status: 'paid', ...kept })

  expect(await settle(b, b.provider.payments, 15_000)).toEqual([putOff])
  expect(b.provider.asked).toEqual([])

  expect(await settle(b, b.provider.payments, 15_001)).toEqual([])
  expect(b.provider.of('detach')).toHaveLength(2)
})

test('an internal error does not count as a failure of the provider', async () => {
  const b = await billed({ status: 'paid', ...kept }, { detach: failing(new TypeError('A bug')) })

  expect(await failureOf(settle(b))).toBeInstanceOf(TypeError)

  expect(await b.row()).not.toHaveProperty('gsi2sk')
})

test('the first recorded outcome wins: an invoice that was paid meanwhile stays paid', async () => {
  const b = await billed(
    { attempt: old, intentId: 'pi_9' },
    {
      readIntent: async (id) => {
        await b.meanwhile({ status: 'paid', paidAt: isoAt(-1) }, ['attempt'])
        return { ...intent('open', id), refusal: { kind: 'methodUnusable' } }
      },
    },
  )

  await settle(b)

  expect(await b.row()).toMatchObject({ status: 'paid', paidAt: isoAt(-1), failure: null })
})

test('a payment method is detached once, and only with its own account’s key', async () => {
  const b = await billed(kept)

  await detachMethod(b.table, b.provider.payments, openInvoice)
  await detachMethod(b.table, b.provider.payments, { ...openInvoice, ...kept, detached: true })
  expect(b.provider.asked).toEqual([])
  const theirs = { ...openInvoice, billing: { ...billing, account: 'acct_2 live' } }
  expect(await failureOf(detachMethod(b.table, b.provider.payments, theirs))).toBeInstanceOf(ProviderRejectsUs)
  expect(b.provider.of('detach')).toEqual([])

  await detachMethod(b.table, b.provider.payments, { ...openInvoice, billing })
  expect(b.provider.of('detach')).toEqual([['detach', 'pm_kept']])
  expect(await b.row()).toMatchObject({ detached: true })
})

test('an invoice stays due while an attempt’s outcome is unknown, even once its payment method is detached', async () => {
  const b = await billed({ ...kept, attempt: old })
  await b.meanwhile({ gsi2pk: 'DUE#0', gsi2sk: isoAt(0) })

  await detachMethod(b.table, b.provider.payments, await b.invoice())

  expect(await b.row()).toMatchObject({ detached: true, attempt: old, gsi2sk: isoAt(0) })
})

test('an amount that is too large to charge is reported once', async () => {
  const b = await billed({}, { mostAtOnce: async () => 699 })
  const note = async () => noteTooLarge(b.table, b.provider.payments, { invoice: await b.invoice(), now: b.clock() })

  expect(await note()).toMatchObject({ status: 'open', failure: expect.stringContaining('another way') })

  expect(b.provider.asked).toEqual([['mostAtOnce', 'usd']])
  expect(await b.row()).toMatchObject({ failure: expect.stringContaining('another way') })
  await b.meanwhile({ failure: 'Said before.' })
  expect(await note()).toMatchObject({ failure: 'Said before.' })
  expect(await b.row()).toMatchObject({ failure: 'Said before.' })
  b.provider.instead.mostAtOnce = async () => 700
  expect(await note()).toBeUndefined()
})

test('an invoice that was settled meanwhile is returned as settled', async () => {
  const b = await billed({}, { mostAtOnce: async () => 699 })
  const seen = await b.invoice()
  await b.meanwhile({ status: 'paid' })

  expect(await noteTooLarge(b.table, b.provider.payments, { invoice: seen, now: b.clock() })).toMatchObject({
    status: 'paid',
    failure: null,
  })
})

test('a provider that rejects us raises its own alarm, besides the count of postponed charges', () => {
  const numbers: unknown[] = []
  const metrics = { record: (...given: unknown[]) => void numbers.push(given) }

  reportAway(metrics, new ProviderAway('Lost'), openInvoice)
  expect(numbers).toEqual([putOff])
  reportAway(metrics, new ProviderRejectsUs('401'), openInvoice)
  expect(numbers).toEqual([putOff, putOff, rejected])
})
