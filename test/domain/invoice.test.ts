import { expect, test } from 'vitest'
import { isAmount } from '#shared/domain/amounts.ts'
import { bill } from '#shared/domain/bill.ts'
import { newDeletion } from '#shared/domain/deletion.ts'
import { deletionIdOf, finalInvoiceIdOf, workspaceIdOf } from '#shared/domain/ids.ts'
import { draftInvoice, issued } from '#shared/domain/invoice.ts'
import { definePriceBook } from '#shared/domain/price-book.ts'
import { Refusal, recordOf, refusalFrom } from '#shared/domain/refusals.ts'
import type { Workspace } from '#shared/domain/workspace.ts'

const at = '2026-11-24T10:00:00.000Z'
const workspace = { id: 'ws_1', name: 'Blue Team', createdAt: '2026-11-02T00:00:00.000Z' } as Workspace
const book = definePriceBook({
  currency: 'usd',
  minorDigits: 2,
  meters: [{ id: 'storage', description: 'Storage', unit: 'GB-month', unitPrice: '0.07' }],
})
const draftOver = (quantity?: bigint) =>
  draftInvoice(workspace, { usage: new Map(quantity === undefined ? [] : [['2026-11', new Map([['storage', quantity]])]]), book, at })

test('a draft shows what a deletion would bill now, and has neither a number nor a date of issue', () => {
  expect(draftOver(10_000_000n)).toEqual({
    id: finalInvoiceIdOf('ws_1'),
    number: null,
    kind: 'final',
    workspaceId: 'ws_1',
    workspaceName: 'Blue Team',
    status: 'draft',
    periodStart: '2026-11-01T00:00:00.000Z',
    periodEnd: at,
    currency: 'usd',
    minorDigits: 2,
    lines: [{ meter: 'storage', description: 'Storage', quantity: '10', unitPrice: '0.07', amount: 70 }],
    total: 70,
    issuedAt: null,
    paidAt: null,
    payment: null,
    failure: null,
  })
  expect(draftOver()).toMatchObject({ periodStart: workspace.createdAt, periodEnd: at, lines: [], total: 0 })
})

test.each([
  ['nothing', 0n, 0, 'paid', at],
  ['less than is charged', 7_000_000n, 49, 'waived', null],
  ['the least that is charged', 7_142_857n, 50, 'open', null],
])('an invoice over %s (%s millionths, %i cents) is %s', (_, quantity, total, status, paidAt) => {
  expect(issued(draftOver(quantity), 7, undefined, book, at)).toMatchObject({ total, status, paidAt, issuedAt: at, number: 'ATR-000007' })
})

test('an invoice takes over the customer that is charged, if known', () => {
  const billing = { provider: 'stripe', customerId: 'cus_1', paymentMethodId: 'pm_1' }

  expect(issued(draftOver(10_000_000n), 1_234_567, billing, book, at)).toMatchObject({ billing, number: 'ATR-1234567' })
  expect(issued(draftOver(10_000_000n), 1, undefined, book, at)).not.toHaveProperty('billing')
})

test('every meter that no longer exists is named', () => {
  const sums = new Map([
    ['gone', 1n],
    ['lost', 1n],
  ])

  expect(() => bill(sums, book)).toThrow('gone, lost')
})

test('an amount is an integer of any size, and nothing else', () => {
  expect([0, 7, 2 ** 53 - 1, 10n ** 30n].map(isAmount)).toEqual([true, true, true, true])
  expect([0.5, 2 ** 53, Number.NaN, '7', null, undefined].map(isAmount)).toEqual([false, false, false, false, false, false])
})

test('a deletion begins with nothing done, and its id and its invoice’s follow from the workspace and lead back', () => {
  const deletion = newDeletion(workspace, 'acc_a', new Date(at))

  expect(deletion).toEqual({
    id: deletionIdOf('ws_1'),
    workspaceId: 'ws_1',
    workspaceName: 'Blue Team',
    requestedBy: 'acc_a',
    requestedAt: at,
    invoiceId: finalInvoiceIdOf('ws_1'),
    step: 'revokeAccess',
    started: false,
    doneAt: {},
    completedAt: null,
    purged: {},
    pageNumber: 0,
  })
  expect([deletion.id, deletion.invoiceId, workspaceIdOf(deletion.id), workspaceIdOf(deletion.invoiceId)]).toEqual([
    'del_1',
    'in_1',
    'ws_1',
    'ws_1',
  ])
})

test('a stored refusal refuses others the same way, without its cause', () => {
  const errors = [{ pointer: '/paymentMethodId', detail: 'No.' }]
  const full = new Refusal('payment_method_refused', 'No.', { errors, retryAfter: 7, cause: new Error('secret') })

  expect(recordOf(full)).toEqual({ code: 'payment_method_refused', detail: 'No.', errors, retryAfter: 7 })
  expect(refusalFrom(recordOf(full))).toMatchObject({
    code: 'payment_method_refused',
    message: 'No.',
    errors,
    retryAfter: 7,
    cause: undefined,
  })
  expect(recordOf(new Refusal('forbidden', 'No.'))).toStrictEqual({ code: 'forbidden', detail: 'No.' })
})
