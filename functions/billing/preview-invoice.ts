import { draftInvoice, invoiceShape, invoiceView } from '#shared/domain/invoice.ts'
import { priceBook } from '#shared/domain/price-book.ts'
import { access, operation } from '#shared/http/operation.ts'
import { readUsage } from '#shared/table/usage.ts'

export const previewInvoice = operation({
  name: 'previewInvoice',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/invoices/upcoming',
  summary: 'Preview the invoice that deleting the workspace now would issue',
  tag: 'Usage and billing',
  access: access.member('manageBilling'),
  services: ['table'],
  output: invoiceShape,
  refuses: [],
  handle: async ({ workspace, table, now }) =>
    invoiceView(draftInvoice(workspace, { usage: await readUsage(table, workspace), book: priceBook, at: now.toISOString() })),
})
