import { invoiceShape } from '#shared/domain/shapes.ts'
import { invoiceView } from '#shared/domain/views.ts'
import { account, operation } from '#shared/http/operation.ts'
import { invoiceNotFound, readInvoiceAs } from '#shared/table/invoices.ts'

export const getInvoice = operation({
  name: 'getInvoice',
  method: 'GET',
  path: '/v1/invoices/{invoiceId}',
  summary: 'Get an invoice, also after its workspace is gone',
  tag: 'Usage and billing',
  access: account,
  needs: ['table'],
  output: invoiceShape,
  refuses: ['invoice_not_found'],
  load: ({ path, caller, table }) => readInvoiceAs(table, path.invoiceId, caller.accountId),
  handle: async ({ loaded }) => {
    if (!loaded) throw invoiceNotFound()
    return invoiceView(loaded)
  },
})
