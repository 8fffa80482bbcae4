import { type Amount, formatAmount } from '../domain/amounts.ts'
import { currencyOf } from '../domain/currencies.ts'
import { escapeHtml, inertText } from '../domain/inert-text.ts'
import type { Invoice } from '../domain/invoice.ts'
import type { Email } from '../mail/ses.ts'

/** An amount of an invoice for people: `12.34 USD`. An invoice that was issued without its decimals has those of its currency. */
const money = (amount: Amount, { currency, minorDigits = currencyOf(currency)?.minorDigits ?? 2 }: Invoice): string =>
  `${formatAmount(amount, minorDigits)} ${currency.toUpperCase()}`

const how = (id: string) => `You can still pay it (invoice id: ${id}).`

const outcomeOf = ({ status, total, failure, id }: Invoice): string => {
  if (status === 'paid') return total === 0 ? 'There is nothing to pay.' : 'It has been paid. Thank you.'
  if (status === 'waived') return 'The amount is too small to charge, so there is nothing to pay.'
  if (status === 'uncollectible') return `It could not be charged. ${inertText(failure ?? '')} ${how(id)}`
  return failure ? `It has not been charged. ${inertText(failure)} (Invoice id: ${id}.)` : `It has not been charged. ${how(id)}`
}

/** The final invoice as an e-mail. Nothing that a person typed is in the subject, and in the body it is inert. */
export function invoiceEmail(to: string, invoice: Invoice): Email {
  const { number, lines, total, periodStart, periodEnd } = invoice
  const workspace = inertText(invoice.workspaceName)
  const outcome = outcomeOf(invoice)
  const period = `${periodStart.slice(0, 10)} to ${periodEnd.slice(0, 10)}`
  const rows = lines.map((line) => [line.description, line.quantity, line.unitPrice, money(line.amount, invoice)])
  const text = [
    `Final invoice ${number} for the workspace "${workspace}", which has been deleted.`,
    `Period: ${period}`,
    ...rows.map(([description, quantity, unitPrice, amount]) => `${description}: ${quantity} × ${unitPrice} = ${amount}`),
    `Total: ${money(total, invoice)}`,
    outcome,
  ].join('\n')
  return { to, subject: `Your final invoice ${number}`, text: `${text}\n`, html: html() }

  function html(): string {
    const cell = (tag: string, content: string | undefined) =>
      `<${tag} style="padding:6px 8px;text-align:left;border-bottom:1px solid #e4e4ea">${escapeHtml(content ?? '')}</${tag}>`
    const row = (tag: string, cells: readonly (string | undefined)[]) => `<tr>${cells.map((content) => cell(tag, content)).join('')}</tr>`
    return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"><title>Final invoice</title></head>
<body style="margin:0;padding:24px;background:#f4f4f7;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c1c28">
<div style="max-width:600px;margin:0 auto;padding:32px;background:#fff;border-radius:12px">
<h1 style="margin:0 0 8px;font-size:20px">Final invoice ${escapeHtml(number ?? '')}</h1>
<p style="margin:0 0 16px">Workspace <strong>${escapeHtml(workspace)}</strong>, which has been deleted. Period: ${period}.</p>
<table style="width:100%;border-collapse:collapse;font-size:14px">${row('th', ['', 'Quantity', 'Unit price', 'Amount'])}${rows.map((cells) => row('td', cells)).join('')}</table>
<p style="margin:16px 0"><strong>Total: ${money(total, invoice)}</strong></p>
<p style="margin:0">${escapeHtml(outcome)}</p>
</div>
</body>
</html>
`
  }
}
