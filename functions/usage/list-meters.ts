import { cursorErrors, pageInMemory, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { priceBook } from '#shared/domain/price-book.ts'
import { meterShape } from '#shared/domain/usage.ts'
import { access, operation } from '#shared/http/operation.ts'

export const listMeters = operation({
  name: 'listMeters',
  method: 'GET',
  path: '/v1/meters',
  summary: 'List the meters with their unit prices',
  tag: 'Usage and billing',
  access: access.anyToken,
  services: ['table'],
  query: pageQuery,
  output: pageOf(meterShape),
  refuses: [],
  check: ({ query }) => cursorErrors('meters', query),
  handle: async ({ query }) => {
    const { meters, currency } = priceBook
    const offered = meters.filter(({ hidden }) => !hidden).map((meter, i) => ({ ...meter, currency, position: String(i).padStart(4, '0') }))
    return pageInMemory('meters', offered, { positionOf: ({ position }) => position, query })
  },
})
