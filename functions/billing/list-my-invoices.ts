import { cursorErrors, decodeCursor, encodeCursor, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { invoiceShape, invoiceView } from '#shared/domain/invoice.ts'
import { access, operation } from '#shared/http/operation.ts'
import { listInvoicesOf } from '#shared/table/invoices.ts'

const position = /^[\dTZ:.-]{24}#in_\w{26}$/

export const listMyInvoices = operation({
  name: 'listMyInvoices',
  method: 'GET',
  path: '/v1/me/invoices',
  summary: 'List the invoices of deleted workspaces that you may read, newest first',
  tag: 'Accounts',
  access: access.account,
  services: ['table'],
  tableActions: ['query'],
  query: pageQuery,
  output: pageOf(invoiceShape),
  refuses: [],
  check: ({ caller, query }) => cursorErrors(`my-invoices ${caller.accountId}`, query, position),
  load: async ({ caller, table, query }) => {
    const list = `my-invoices ${caller.accountId}`
    const after = decodeCursor(list, position, query.cursor)
    const { invoices, next } = await listInvoicesOf(table, caller.accountId, query.limit, after)
    return { data: invoices.map(invoiceView), nextCursor: next ? encodeCursor(list, next) : null }
  },
  handle: async ({ loaded }) => loaded,
})
