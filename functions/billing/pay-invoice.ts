import * as z from 'zod/mini'
import { payInTurn } from '#shared/billing/pay-in-turn.ts'
import { invoiceShape, invoiceView } from '#shared/domain/invoice.ts'
import { access, operation } from '#shared/http/operation.ts'
import { invoiceNotFound, readInvoiceToPay } from '#shared/table/invoices.ts'

export const payInvoice = operation({
  name: 'payInvoice',
  method: 'POST',
  path: '/v1/invoices/{invoiceId}/pay',
  summary: 'Pay an open or uncollectible invoice; a paid or waived one stays as it is',
  tag: 'Usage and billing',
  access: access.account,
  services: ['table', 'payments'],
  tableActions: ['update'],
  body: z.strictObject({ paymentMethodId: z.string().check(z.minLength(1), z.maxLength(255)) }),
  output: invoiceShape,
  refuses: ['invoice_not_found', 'rate_limited'],
  load: ({ path, caller, table }) => readInvoiceToPay(table, path.invoiceId, caller.accountId),
  handle: async ({ loaded, account: { id: accountId }, body: { paymentMethodId }, table, payments, clock, now, remaining }) => {
    if (!loaded) throw invoiceNotFound()
    return invoiceView(await payInTurn({ table, payments, clock, now, remaining, accountId, paymentMethodId, seen: loaded }))
  },
})
