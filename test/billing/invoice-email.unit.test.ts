import { expect, test } from 'vitest'
import { invoiceEmail } from '#shared/billing/invoice-email.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import { openInvoice } from '#test/support/billing-unit.ts'

const invoice: Invoice = {
  ...openInvoice,
  id: 'in_7',
  workspaceName: 'Evil <b> www.example.com',
  lines: [
    { meter: 'storage', description: 'Storage & more', quantity: '100', unitPrice: '0.07', amount: 700 },
    { meter: 'calls', description: 'Calls', quantity: '2.5', unitPrice: '0.01', amount: 3 },
  ],
  total: 703,
}
const of = (over: Partial<Invoice>) => invoiceEmail('ann@example.com', { ...invoice, ...over })
const lastLine = (over: Partial<Invoice>) => of(over).text.trimEnd().split('\n').at(-1)

test('the e-mail as text', () => {
  const { text, ...rest } = of({})

  expect(rest).toMatchObject({ to: 'ann@example.com', subject: 'Your final invoice ATR-000001' })
  expect(text).toMatchInlineSnapshot(`
    "Final invoice ATR-000001 for the workspace "Evil <b> www.​example.​com", which has been deleted.
    Period: 2026-11-01 to 2026-11-24
    Storage & more: 100 × 0.07 = 7.00 USD
    Calls: 2.5 × 0.01 = 0.03 USD
    Total: 7.03 USD
    It has not been charged. You can still pay it (invoice id: in_7).
    "
  `)
})

test('the e-mail as HTML', () => {
  expect(of({}).html).toMatchInlineSnapshot(`
    "<!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"><title>Final invoice</title></head>
    <body style="margin:0;padding:24px;background:#f4f4f7;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c1c28">
    <div style="max-width:600px;margin:0 auto;padding:32px;background:#fff;border-radius:12px">
    <h1 style="margin:0 0 8px;font-size:20px">Final invoice ATR-000001</h1>
    <p style="margin:0 0 16px">Workspace <strong>Evil &lt;b&gt; www.​example.​com</strong>, which has been deleted. Period: 2026-11-01 to 2026-11-24.</p>
    <table style="width:100%;border-collapse:collapse;font-size:14px"><tr><th style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea"></th><th style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">Quantity</th><th style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">Unit price</th><th style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">Amount</th></tr><tr><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">Storage &amp; more</td><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">100</td><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">0.07</td><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">7.00 USD</td></tr><tr><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">Calls</td><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">2.5</td><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">0.01</td><td style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">0.03 USD</td></tr></table>
    <p style="margin:16px 0"><strong>Total: 7.03 USD</strong></p>
    <p style="margin:0">It has not been charged. You can still pay it (invoice id: in_7).</p>
    </div>
    </body>
    </html>
    "
  `)
})

test.each<[Partial<Invoice>, string]>([
  [{ status: 'paid' }, 'It has been paid. Thank you.'],
  [{ status: 'paid', total: 0 }, 'There is nothing to pay.'],
  [{ status: 'waived' }, 'The amount is too small to charge, so there is nothing to pay.'],
  [
    { status: 'uncollectible', failure: 'The card has expired.' },
    'It could not be charged. The card has expired. You can still pay it (invoice id: in_7).',
  ],
  [{ status: 'uncollectible', failure: null }, 'It could not be charged.  You can still pay it (invoice id: in_7).'],
  [{ status: 'open' }, 'It has not been charged. You can still pay it (invoice id: in_7).'],
  [{ status: 'open', failure: 'Pay another way.' }, 'It has not been charged. Pay another way. (Invoice id: in_7.)'],
])('of %o it says: %s', (over, sentence) => {
  expect(lastLine(over)).toBe(sentence)
  expect(of(over).html).toContain(`<p style="margin:0">${sentence}</p>`)
})

test.each<[Partial<Invoice>, string]>([
  [{ currency: 'jpy', minorDigits: 0 }, 'Total: 703 JPY'],
  [{ currency: 'usd', minorDigits: 3 }, 'Total: 0.703 USD'],
])('amounts of %o have the decimals that were frozen with it', (over, total) => {
  expect(of(over).text).toContain(total)
})

test('an older invoice without stored decimals has those of its currency, or two', () => {
  const { minorDigits: _, ...before } = invoice

  expect(invoiceEmail('a@b.c', { ...before, currency: 'jpy' }).text).toContain('Total: 703 JPY')
  expect(invoiceEmail('a@b.c', { ...before, currency: 'xyz' }).text).toContain('Total: 7.03 XYZ')
})

test('an invoice without a number has none in its title', () => {
  expect(of({ number: null }).html).toContain('>Final invoice </h1>')
})
