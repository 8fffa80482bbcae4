import { expect, test } from 'vitest'
import type { Invoice } from '#shared/domain/invoice.ts'
import {
  beginAttempt,
  type Charger,
  endRound,
  endWorkerAttempt,
  handOver,
  lookAgain,
  noteDetached,
  noteProvider,
  noteSettled,
  noteUnpaid,
} from '#shared/table/charging.ts'
import * as keys from '#shared/table/design/keys.ts'
import type { Table } from '#shared/table/engine.ts'
import { departure } from '#test/support/departure.ts'
import { tamper } from '#test/support/scene.ts'

const own = { intentId: 'pi_1', account: 'acct_1 test' }
const paid = { status: 'paid', paidAt: '2026-11-24T11:00:00.000Z', failure: null } as const

/** An open invoice as it stands in a table, read at this moment, and what can be done to it behind a reader's back. */
async function openInvoice(set: object = {}) {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  const { table } = d.world.services
  const change = (more: object) => tamper(d.world, keys.invoice(d.invoiceId), more)
  await table.change(keys.invoice(d.invoiceId), { remove: ['handedOver'] })
  await change({ customerId: 'cus_1', ...set })
  return { table, change, now: d.world.now, read: () => itemOf(table, d.invoiceId) }
}

async function itemOf(table: Table, invoiceId: string): Promise<Invoice> {
  const invoice = await table.get(keys.invoice(invoiceId))
  if (!invoice) throw new Error('No such invoice')
  return invoice
}

test.each<[Charger, object, boolean]>([
  ['worker', { failure: null }, true],
  ['payer', { failure: null }, true],
  ['worker', { handedOver: true }, false],
  ['payer', { handedOver: true }, true],
  ['worker', { status: 'uncollectible' }, false],
  ['payer', { status: 'uncollectible' }, true],
  ['worker', { status: 'paid' }, false],
  ['payer', { status: 'paid' }, false],
  ['payer', { status: 'waived' }, false],
  ['worker', { intentId: 'pi_2' }, false],
  ['payer', { intentId: 'pi_2' }, false],
  ['worker', { intentFailures: 1 }, false],
  ['payer', { intentFailures: 1 }, false],
])('whether the %s may begin an attempt on an invoice that has become %o since it was read: %s', async (by, become, may) => {
  const { table, read, change, now } = await openInvoice()
  const seen = await read()
  await change(become)

  const begun = await beginAttempt(table, seen, own, by, now)

  expect(begun !== undefined).toBe(may)
  expect((await read()).attempt !== undefined).toBe(may)
})

test('a hand-over waits until a worker’s attempt ends or its time is up; a payer’s attempt holds up nothing', async () => {
  const { table, read, now } = await openInvoice()
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000)
  await beginAttempt(table, await read(), own, 'payer', now)
  const attempt = await beginAttempt(table, await read(), own, 'worker', now)

  expect(await handOver(table, await read(), after(75))).toBe(false)
  await endWorkerAttempt(table, attempt!)
  expect(await handOver(table, await read(), now)).toBe(true)
  expect(await beginAttempt(table, attempt!, own, 'worker', now)).toBeUndefined()
})

test('a worker ends its own attempt and not that of another', async () => {
  const { table, read, now } = await openInvoice()
  const first = await beginAttempt(table, await read(), own, 'worker', now)
  await beginAttempt(table, await read(), own, 'worker', now)

  expect(await endWorkerAttempt(table, first!)).toBe(false)

  expect(await handOver(table, first!, now)).toBe(false)
})

test.each([['paid'], ['waived']])('what is %s stays so, whatever comes late', async (status) => {
  const { table, read, change, now } = await openInvoice({ intentId: 'pi_1' })
  const seen = await read()
  await change({ status })
  const before = await read()

  const answers = [
    await noteSettled(table, seen, paid, now),
    await noteUnpaid(table, seen, { status: 'uncollectible', failure: 'Declined' }, now),
    await endRound(table, seen),
    await noteProvider(table, seen, { customerId: 'cus_2' }),
  ]

  expect(answers).toEqual([undefined, undefined, undefined, undefined])
  expect(await read()).toEqual(before)
})

test('a round ends once, and only for the intent that was read', async () => {
  const { table, read } = await openInvoice({ intentId: 'pi_1' })
  const seen = await read()

  const ended = await endRound(table, seen)
  const again = await endRound(table, seen)

  expect(ended).toMatchObject({ intentFailures: 1, intentSought: true })
  expect(ended?.intentId).toBeUndefined()
  expect(again).toBeUndefined()
})

test('only the first writer stores a customer', async () => {
  const { table, read } = await openInvoice()
  const { customerId: _, ...without } = await read()
  await table.change(keys.invoice(without.id), { remove: ['customerId'] })

  const noted = [await noteProvider(table, without, { customerId: 'cus_a' }), await noteProvider(table, without, { customerId: 'cus_b' })]

  expect(noted).toMatchObject([{ customerId: 'cus_a' }, undefined])
})

test('a sweep’s result does not overwrite an attempt or an outcome that was recorded meanwhile', async () => {
  const { table, read, now } = await openInvoice()
  const seen = await read()
  const attempt = await beginAttempt(table, seen, own, 'payer', now)
  const due = await read()

  expect(await lookAgain(table, seen, undefined)).toBe(false)
  await noteDetached(table, seen)

  expect(await read()).toMatchObject({ attempt: attempt?.attempt, gsi2sk: (due as unknown as { gsi2sk: string }).gsi2sk, detached: true })
  await noteUnpaid(table, attempt!, { status: 'uncollectible', failure: 'Declined' }, now)
  expect(await lookAgain(table, seen, '2026-11-24T11:00:00.000Z')).toBe(false)
})
