import { cursorErrors, pageInMemory, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { finalInvoiceIdOf } from '#shared/domain/ids.ts'
import { invoiceShape, invoiceView } from '#shared/domain/invoice.ts'
import { access, operation } from '#shared/http/operation.ts'
import { readInvoice } from '#shared/table/invoices.ts'

export const listInvoices = operation({
  name: 'listInvoices',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/invoices',
  summary: 'List the invoices of a workspace; usage is billed on the final invoice, so the list is empty until then',
  tag: 'Usage and billing',
  access: access.member('manageBilling'),
  services: ['table'],
  query: pageQuery,
  output: pageOf(invoiceShape),
  refuses: [],
  check: ({ path, query }) => cursorErrors(`invoices ${path.workspaceId}`, query),
  load: ({ path, table }) => readInvoice(table, finalInvoiceIdOf(path.workspaceId)),
  handle: async ({ loaded, workspace, query }) =>
    pageInMemory(`invoices ${workspace.id}`, loaded ? [invoiceView(loaded)] : [], { positionOf: ({ id }) => id, query }),
})
