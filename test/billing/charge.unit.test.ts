import { expect, test } from 'vitest'
import { chargeInvoice } from '#shared/billing/charge.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import { type Intent, PaymentRefused, ProviderAway, ProviderFailed, ProviderRejectsUs } from '#shared/payments/payments.ts'
import type { Charger } from '#shared/table/charging.ts'
import * as keys from '#shared/table/design/keys.ts'
import { remove } from '#shared/table/engine.ts'
import { type Billed, billed, billing, failing, failureOf, intent, invoiceId, isoAt, workspaceId } from '#test/support/billing-unit.ts'

const charge = async (b: Billed, by: Charger = 'payer', seen?: Invoice) =>
  chargeInvoice({ table: b.table, payments: b.provider.payments, clock: b.clock, by }, seen ?? (await b.invoice()), 'pm_1')

const refused = (kind: 'methodUnusable' | 'tooSmall' | 'tooLarge' | 'customerMissing') => failing(new PaymentRefused({ kind }))
const declined = failing(new PaymentRefused({ kind: 'declined', declineCode: 'insufficient_funds' }))

/** Answers in turn what each of these does; the last one stays. */
const inTurnOf = (...each: readonly [() => Promise<Intent>, ...(() => Promise<Intent>)[]]) => {
  let times = 0
  return (): Promise<Intent> => (each[times++] ?? each[each.length - 1] ?? each[0])()
}

test.each<Charger>(['worker', 'payer'])('%s: an invoice is charged by one intent of a customer of its own, all of it noted', async (by) => {
  const b = await billed()

  const charged = await charge(b, by)

  expect(b.provider.asked).toEqual([
    ['account'],
    ['createCustomer', workspaceId],
    ['createIntent', { customerId: 'cus_1', invoiceId, workspaceId, amount: 700, currency: 'usd', round: 0 }],
    ['confirm', 'pi_1', 'pm_1'],
  ])
  const paid = {
    status: 'paid',
    paidAt: isoAt(0),
    payment: { provider: 'stripe', reference: 'pi_1' },
    failure: null,
    account: 'acct_1 test',
    customerId: 'cus_1',
    intentId: 'pi_1',
    intentSought: true,
  }
  expect(charged).toEqual({ invoice: expect.objectContaining(paid) })
  expect(await b.invoice()).toMatchObject(paid)
  for (const gone of ['attempt', 'workerUntil', 'intentFailures']) expect(await b.row()).not.toHaveProperty(gone)
})

test('before the provider is asked to confirm, the intent, its account and the attempt are stored', async () => {
  const b = await billed()
  let then: object = {}
  b.provider.instead.confirm = async (id) => {
    then = await b.row()
    return intent('succeeded', id)
  }

  await charge(b, 'worker')

  expect(then).toMatchObject({
    intentId: 'pi_1',
    account: 'acct_1 test',
    attempt: expect.stringContaining(isoAt(0)),
    workerUntil: expect.stringContaining(isoAt(75)),
    gsi2sk: isoAt(75),
  })
})

test('before an intent is created, the invoice records that one may exist', async () => {
  const b = await billed()
  b.provider.instead.createIntent = async () => {
    expect(await b.row()).toMatchObject({ intentSought: true, account: 'acct_1 test' })
    return intent('open')
  }

  expect((await charge(b)).invoice.status).toBe('paid')
})

test('the workspace’s customer is charged, or the one that replaced it', async () => {
  const kept = await billed({ billing })
  const replaced = await billed({ billing, customerId: 'cus_next' })

  await charge(kept)
  await charge(replaced)

  expect(kept.provider.of('createCustomer')).toEqual([])
  expect(kept.provider.of('createIntent')).toMatchObject([['createIntent', { customerId: 'cus_kept' }]])
  expect(replaced.provider.of('createIntent')).toMatchObject([['createIntent', { customerId: 'cus_next' }]])
})

test.each<[Charger, Partial<Invoice>, boolean]>([
  ['worker', { status: 'open' }, true],
  ['worker', { status: 'open', handedOver: true }, false],
  ['worker', { status: 'uncollectible' }, false],
  ['worker', { status: 'paid' }, false],
  ['payer', { status: 'open', handedOver: true }, true],
  ['payer', { status: 'uncollectible' }, true],
  ['payer', { status: 'paid' }, false],
  ['payer', { status: 'waived' }, false],
])('%s charges %o: %s', async (by, over, charges) => {
  const b = await billed(over)

  const { invoice } = await charge(b, by)

  expect(b.provider.ways().includes('confirm')).toBe(charges)
  expect(invoice.status).toBe(charges ? 'paid' : over.status)
  if (!charges) expect(b.provider.asked).toEqual([])
})

test('the invoice’s intent is confirmed again, and no other is created', async () => {
  const b = await billed({ billing, intentId: 'pi_old', intentSought: true })

  expect((await charge(b)).invoice.payment).toEqual({ provider: 'stripe', reference: 'pi_old' })

  expect(b.provider.asked).toEqual([['account'], ['confirm', 'pi_old', 'pm_1']])
})

test('an intent that may exist is searched for, and created in its round only if it is not found', async () => {
  const left = await billed({ billing, intentSought: true }, { findIntent: async () => intent('open', 'pi_left') })
  const none = await billed({ billing, intentSought: true, intentFailures: 3 })

  await charge(left)
  await charge(none)

  expect(left.provider.asked).toEqual([['account'], ['findIntent', 'cus_kept', invoiceId], ['confirm', 'pi_left', 'pm_1']])
  expect(none.provider.of('createIntent')).toMatchObject([['createIntent', { round: 3 }]])
})

test.each<[string, Partial<Invoice>]>([
  ['the invoice', { account: 'acct_2 live', billing }],
  ['its billing', { billing: { ...billing, account: 'acct_2 live' } }],
])('the account of %s is not that of our key: nothing is asked for', async (_, over) => {
  const b = await billed(over)

  const failure = await failureOf(charge(b))

  expect(failure).toBeInstanceOf(ProviderRejectsUs)
  expect(String(failure)).toContain('This belongs to the account acct_2 live, but our key belongs to acct_1 test')
  expect(b.provider.asked).toEqual([['account']])
})

test('ids stored without an account belong to the current one, and the invoice’s own come first', async () => {
  const { account: _, ...before } = billing

  expect((await charge(await billed({ billing: before }))).invoice.status).toBe('paid')
  const own = await billed({ account: 'acct_1 test', billing: { ...billing, account: 'acct_2 live' } })
  expect((await charge(own)).invoice.status).toBe('paid')
})

test('if the provider failed to create an intent, the next round searches for it, then creates it', async () => {
  const b = await billed({ billing }, { createIntent: failing(new ProviderFailed('500')) })

  expect(await failureOf(charge(b))).toBeInstanceOf(ProviderFailed)

  expect(await b.row()).toMatchObject({ intentFailures: 1, intentSought: true, status: 'open' })
  delete b.provider.instead.createIntent
  await charge(b)
  expect(b.provider.ways().slice(2)).toEqual(['account', 'findIntent', 'createIntent', 'confirm'])
  expect(b.provider.of('createIntent')[1]).toMatchObject(['createIntent', { round: 1 }])
})

test('an unanswered creation does not end a round: the provider answers the same request with the same intent', async () => {
  const b = await billed({ billing }, { createIntent: failing(new ProviderAway('Lost')) })

  expect(await failureOf(charge(b))).toMatchObject({ message: 'Lost' })

  expect(await b.row()).not.toHaveProperty('intentFailures')
})

test('an undecided payment does not count as paid: the attempt’s outcome stays unknown, and the worker’s part is over', async () => {
  for (const [by, status] of [
    ['worker', 'pending'],
    ['payer', 'pending'],
    ['payer', 'open'],
  ] as const) {
    const b = await billed({ billing }, { confirm: async (id) => intent(status, id) })

    const failure = await failureOf(charge(b, by))

    expect(failure).toBeInstanceOf(ProviderAway)
    expect(failure).toMatchObject({ message: 'The payment provider is still processing the payment' })
    expect(await b.row()).toMatchObject({ status: 'open', attempt: expect.any(String), paidAt: null })
    expect(await b.row()).not.toHaveProperty('workerUntil')
  }
})

test('after an internal error, the worker still counts as being at its attempt', async () => {
  const b = await billed({ billing }, { confirm: failing(new TypeError('A bug')) })

  expect(await failureOf(charge(b, 'worker'))).toBeInstanceOf(TypeError)

  expect(await b.row()).toMatchObject({ attempt: expect.any(String), workerUntil: expect.any(String) })
})

test('a payer does not touch the attempt that the worker has begun', async () => {
  const b = await billed({ billing, workerUntil: 'the worker’s' }, { confirm: failing(new ProviderAway('Lost')) })

  expect(await failureOf(charge(b, 'payer'))).toMatchObject({ message: 'Lost' })

  expect(await b.row()).toMatchObject({ workerUntil: 'the worker’s' })
})

test('an intent that turns out to be canceled is replaced in the next round', async () => {
  const b = await billed(
    { billing },
    {
      confirm: inTurnOf(
        async () => intent('canceled', 'pi_1'),
        async () => intent('succeeded', 'pi_2'),
      ),
    },
  )

  expect((await charge(b)).invoice).toMatchObject({ status: 'paid', payment: { reference: 'pi_2' }, intentFailures: 1 })

  expect(b.provider.of('confirm')).toEqual([
    ['confirm', 'pi_1', 'pm_1'],
    ['confirm', 'pi_2', 'pm_1'],
  ])
  expect(b.provider.of('findIntent')).toHaveLength(1)
})

test('if every intent is canceled, five are tried', async () => {
  const b = await billed({ billing }, { confirm: async (id) => intent('canceled', id) })

  const failure = await failureOf(charge(b))

  expect(failure).toBeInstanceOf(ProviderAway)
  expect(failure).toMatchObject({ message: 'The payments of the invoice at the provider keep changing' })
  expect(b.provider.of('confirm')).toHaveLength(5)
  expect(await b.row()).toMatchObject({ status: 'open', intentFailures: 5 })
})

test('a declined card makes the invoice uncollectible, and a sentence says why', async () => {
  const b = await billed({ billing }, { confirm: declined })

  const { invoice, refusal } = await charge(b, 'worker')

  expect(refusal).toEqual({ kind: 'declined', declineCode: 'insufficient_funds' })
  expect(invoice).toMatchObject({
    status: 'uncollectible',
    failure: 'The card was declined for insufficient funds. Use another card.',
  })
  expect(await b.invoice()).toEqual(invoice)
  expect(await b.row()).not.toHaveProperty('attempt')
})

test('a missing payment method, or an amount that is too large, leaves the invoice open and is reported', async () => {
  for (const [kind, sentence] of [
    ['methodUnusable', 'no longer be used'],
    ['tooLarge', 'another way'],
  ] as const) {
    const b = await billed({ billing }, { confirm: refused(kind) })

    const { invoice, refusal } = await charge(b)

    expect(refusal).toEqual({ kind })
    expect(invoice).toMatchObject({ status: 'open', failure: expect.stringContaining(sentence) })
    expect(await b.invoice()).toMatchObject({ status: 'open', failure: expect.stringContaining(sentence) })
  }
})

test('an amount that the provider finds too small is waived, which is not a refusal', async () => {
  const b = await billed({ billing, failure: 'The card was declined.' }, { createIntent: refused('tooSmall') })

  expect(await charge(b)).toEqual({ invoice: expect.objectContaining({ status: 'waived', failure: null, paidAt: null }) })

  expect(await b.invoice()).toMatchObject({ status: 'waived', failure: null })
})

test('a refusal before its own attempt does not hide that another attempt’s outcome is unknown', async () => {
  const b = await billed({ billing, attempt: `${isoAt(-5)} other` }, { createIntent: refused('tooLarge') })

  await charge(b)

  expect(await b.row()).toMatchObject({ attempt: `${isoAt(-5)} other`, failure: expect.stringContaining('another way') })
})

test('a customer that is missing before an intent exists is replaced, and the new one is charged', async () => {
  const b = await billed({ billing }, { createIntent: inTurnOf(refused('customerMissing'), async () => intent('open', 'pi_2')) })

  expect((await charge(b)).invoice).toMatchObject({ status: 'paid', customerId: 'cus_1', account: 'acct_1 test', intentFailures: 1 })

  expect(b.provider.of('cancelIntent')).toEqual([])
  expect(b.provider.of('createCustomer')).toEqual([['createCustomer', workspaceId, 'cus_kept']])
  expect(b.provider.of('createIntent')[1]).toMatchObject(['createIntent', { customerId: 'cus_1', round: 1 }])
})

test('if the customer of an intent is missing, the intent is canceled before another is created', async () => {
  const b = await billed(
    { billing, intentId: 'pi_old', intentSought: true },
    { confirm: inTurnOf(refused('customerMissing'), async () => intent('succeeded', 'pi_1')) },
  )

  expect((await charge(b)).invoice).toMatchObject({ status: 'paid', customerId: 'cus_1', payment: { reference: 'pi_1' } })

  expect(b.provider.ways()).toEqual([
    'account',
    'confirm',
    'cancelIntent',
    'createCustomer',
    'account',
    'findIntent',
    'createIntent',
    'confirm',
  ])
  expect(b.provider.of('cancelIntent')).toEqual([['cancelIntent', 'pi_old']])
})

test('if the customer of a succeeded intent is missing, that intent is still the payment', async () => {
  const b = await billed(
    { billing, intentId: 'pi_old' },
    { confirm: refused('customerMissing'), cancelIntent: async (id) => intent('succeeded', id) },
  )

  expect(await charge(b)).toEqual({
    invoice: expect.objectContaining({ status: 'paid', payment: { provider: 'stripe', reference: 'pi_old' } }),
  })

  expect(b.provider.of('createCustomer')).toEqual([])
})

test('if the customer of an intent is missing, the intent is not replaced while it may still succeed', async () => {
  const b = await billed(
    { billing, intentId: 'pi_old' },
    { confirm: refused('customerMissing'), cancelIntent: async (id) => intent('pending', id) },
  )

  const failure = await failureOf(charge(b))

  expect(failure).toBeInstanceOf(ProviderAway)
  expect(failure).toMatchObject({ message: 'The payment provider is still processing the payment' })
  expect(b.provider.of('createCustomer')).toEqual([])
  expect(await b.row()).toMatchObject({ intentId: 'pi_old', status: 'open' })
})

test('a process that loses the race to store a customer, a possible intent or an intent continues with what the winner stored', async () => {
  const customer = await billed(
    {},
    {
      createCustomer: async () => {
        await customer.meanwhile({ customerId: 'cus_other' })
        return 'cus_late'
      },
    },
  )
  expect((await charge(customer)).invoice).toMatchObject({ status: 'paid', customerId: 'cus_other' })
  expect(customer.provider.of('createIntent')).toMatchObject([['createIntent', { customerId: 'cus_other' }]])

  const note = await billed(
    { billing },
    {
      account: async () => {
        await note.meanwhile({ intentId: 'pi_other' })
        return 'acct_1 test'
      },
    },
  )
  expect((await charge(note)).invoice).toMatchObject({ status: 'paid', payment: { reference: 'pi_other' } })
  expect(note.provider.of('createIntent')).toEqual([])

  const storing = await billed(
    { billing },
    {
      createIntent: async () => {
        await storing.meanwhile({ intentId: 'pi_other' })
        return intent('open', 'pi_late')
      },
    },
  )
  expect((await charge(storing)).invoice).toMatchObject({ status: 'paid', payment: { reference: 'pi_other' } })
  expect(storing.provider.of('confirm')).toEqual([['confirm', 'pi_other', 'pm_1']])
})

test('a process that loses the race for the customer creates no intent for the customer that it had read', async () => {
  const b: Billed = await billed(
    { billing },
    {
      account: async () => {
        await b.meanwhile({ customerId: 'cus_other' })
        return 'acct_1 test'
      },
    },
  )

  expect((await charge(b)).invoice).toMatchObject({ status: 'paid', customerId: 'cus_other' })

  expect(b.provider.of('createIntent')).toMatchObject([['createIntent', { customerId: 'cus_other' }]])
  expect(b.provider.of('confirm')).toEqual([['confirm', 'pi_1', 'pm_1']])
})

test('an invoice that others settle meanwhile is returned as it then is', async () => {
  for (const confirm of [undefined, declined, refused('tooSmall')]) {
    const b: Billed = await billed(
      { billing },
      {
        confirm: async (...given) => {
          await b.meanwhile({ status: 'paid', paidAt: isoAt(-9), payment: { provider: 'stripe', reference: 'pi_other' } })
          return confirm ? confirm() : intent('succeeded', given[0])
        },
      },
    )

    expect((await charge(b)).invoice).toMatchObject({ status: 'paid', paidAt: isoAt(-9), payment: { reference: 'pi_other' } })
  }
})

test('a worker whose invoice is handed over before its attempt charges nothing', async () => {
  const b: Billed = await billed(
    { billing },
    {
      createIntent: async () => {
        await b.meanwhile({ handedOver: true })
        return intent('open')
      },
    },
  )

  expect((await charge(b, 'worker')).invoice).toMatchObject({ status: 'open', handedOver: true })

  expect(b.provider.of('confirm')).toEqual([])
})

test('an invoice that no longer exists is not charged', async () => {
  const b: Billed = await billed(
    { billing },
    {
      createIntent: async () => {
        await b.table.write(remove(keys.invoice(invoiceId)))
        return intent('open')
      },
    },
  )

  expect(await failureOf(charge(b))).toBeInstanceOf(ProviderAway)

  expect(b.provider.ways()).toEqual(['account', 'createIntent'])
})
