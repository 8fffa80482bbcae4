import { invoiceShape, invoiceView } from '#shared/domain/invoice.ts'
import { access, operation } from '#shared/http/operation.ts'
import { invoiceNotFound, readInvoiceAs } from '#shared/table/invoices.ts'

export const getInvoice = operation({
  name: 'getInvoice',
  method: 'GET',
  path: '/v1/invoices/{invoiceId}',
  summary: 'Get an invoice, even after its workspace is deleted',
  tag: 'Usage and billing',
  access: access.account,
  services: ['table'],
  output: invoiceShape,
  refuses: ['invoice_not_found'],
  load: ({ path, caller, table }) => readInvoiceAs(table, path.invoiceId, caller.accountId),
  handle: async ({ loaded }) => {
    if (!loaded) throw invoiceNotFound()
    return invoiceView(loaded)
  },
})
