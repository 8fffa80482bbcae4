import * as z from 'zod/mini'
import { payWith } from '#shared/billing/pay.ts'
import { invoiceShape } from '#shared/domain/shapes.ts'
import { invoiceView } from '#shared/domain/views.ts'
import { account, operation } from '#shared/http/operation.ts'
import { invoiceNotFound, readInvoiceAs } from '#shared/table/invoices.ts'

export const payInvoice = operation({
  name: 'payInvoice',
  method: 'POST',
  path: '/v1/invoices/{invoiceId}/pay',
  summary: 'Pay an invoice that is open or uncollectible; one that is paid or waived is left as it is',
  tag: 'Usage and billing',
  access: account,
  needs: ['table', 'payments'],
  touches: ['update'],
  body: z.strictObject({ paymentMethodId: z.string().check(z.minLength(1), z.maxLength(255)) }),
  output: invoiceShape,
  refuses: ['invoice_not_found'],
  load: ({ path, caller, table }) => readInvoiceAs(table, path.invoiceId, caller.accountId),
  handle: async ({ loaded, body, table, payments, clock, now }) => {
    if (!loaded) throw invoiceNotFound()
    const { invoice } = await payWith({ table, payments, clock, now }, loaded, body.paymentMethodId)
    return invoiceView(invoice)
  },
})
