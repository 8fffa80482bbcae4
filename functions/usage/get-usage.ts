import * as z from 'zod/mini'
import { bill, byMeter } from '#shared/domain/bill.ts'
import { priceBook } from '#shared/domain/price-book.ts'
import { usageShape } from '#shared/domain/usage.ts'
import { access, operation } from '#shared/http/operation.ts'
import { readUsage } from '#shared/table/usage.ts'

const periodSchema = z.string().check(z.regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'Send a year and a month, such as 2026-11.'))

export const getUsage = operation({
  name: 'getUsage',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/usage',
  summary: 'Get the usage of a month (UTC) and its cost',
  tag: 'Usage and billing',
  access: access.workspace('readUsage'),
  services: ['table'],
  query: z.strictObject({ period: z.optional(periodSchema) }),
  output: usageShape,
  refuses: [],
  handle: async ({ workspace, query, table, now }) => {
    const period = query.period ?? now.toISOString().slice(0, 7)
    const { lines, total } = bill(byMeter(await readUsage(table, workspace), period), priceBook)
    return { period, currency: priceBook.currency, meters: lines, total }
  },
})
