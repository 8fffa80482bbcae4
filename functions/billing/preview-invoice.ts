import { priceBook } from '#shared/billing/price-book.ts'
import { invoiceShape } from '#shared/domain/shapes.ts'
import { invoiceView } from '#shared/domain/views.ts'
import { member, operation } from '#shared/http/operation.ts'
import { draftInvoice } from '#shared/table/invoices.ts'
import { readUsage } from '#shared/table/usage.ts'

export const previewInvoice = operation({
  name: 'previewInvoice',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/invoices/upcoming',
  summary: 'Show what a deletion at this moment would charge',
  tag: 'Usage and billing',
  access: member('manageBilling'),
  needs: ['table'],
  output: invoiceShape,
  refuses: [],
  handle: async ({ workspace, table, now }) =>
    invoiceView(draftInvoice(workspace, await readUsage(table, workspace), priceBook, now.toISOString())),
})
