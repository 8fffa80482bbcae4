import { expect, test } from 'vitest'
import { invoiceEmail } from '#shared/billing/invoice-email.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import * as keys from '#shared/table/design/keys.ts'
import { listReaders, oweInvoiceMail } from '#shared/table/invoices.ts'
import { departure } from '../support/departure.ts'

/** An invoice over 1234 minor units of a currency. */
const invoiceIn = (currency: string, minorDigits?: number): Invoice => ({
  id: 'in_1',
  number: 'ATR-000001',
  kind: 'final',
  workspaceId: 'ws_1',
  workspaceName: 'Blue Team',
  status: 'open',
  periodStart: '2026-10-01T00:00:00.000Z',
  periodEnd: '2026-11-24T10:00:00.000Z',
  currency,
  ...(minorDigits !== undefined && { minorDigits }),
  lines: [],
  total: 1234,
  issuedAt: '2026-11-24T10:00:00.000Z',
  paidAt: null,
  payment: null,
  failure: null,
})

test.each([
  ['jpy', 0, '1234 JPY'],
  ['usd', 2, '12.34 USD'],
  ['kwd', 3, '1.234 KWD'],
  ['usd', 3, '1.234 USD'],
])('the e-mail of an invoice in %s shows its amounts with the %i decimals that it was issued with', (currency, minorDigits, total) => {
  expect(invoiceEmail('ann@example.com', invoiceIn(currency, minorDigits)).text).toContain(`Total: ${total}\n`)
})

test.each([
  ['jpy', '1234 JPY'],
  ['isk', '12.34 ISK'],
  ['usd', '12.34 USD'],
])('an invoice of before has the decimals of its currency, %s', (currency, total) => {
  expect(invoiceEmail('ann@example.com', invoiceIn(currency)).text).toContain(`Total: ${total}\n`)
})

test('an invoice keeps its currency’s decimals from the moment it is issued', async () => {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()

  const invoice = await d.world.services.table.get(keys.invoice(d.invoiceId))

  expect(invoice).toMatchObject({ currency: 'usd', minorDigits: 2, total: 700 })
})

test('a reader who was mailed an invoice is not mailed it again', async () => {
  const d = await departure()
  await d.erase()
  await d.finish()
  const { table } = d.world.services
  const reader = (await listReaders(table, d.invoiceId))[0]!

  expect(await oweInvoiceMail(table, reader, d.world.now, 15)).toBe(true)
  await d.world.run('sendMail')

  expect(await oweInvoiceMail(table, reader, d.world.now, 15)).toBe(false)
  expect(d.world.mails.filter(({ subject }) => subject.includes('invoice'))).toHaveLength(1)
})
