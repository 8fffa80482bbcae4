import { type Amount, amountFrom, sumOf } from './amounts.ts'
import { amountOf, formatMicro, type Micro } from './decimal.ts'
import type { PriceBook } from './price-book.ts'

/** Usage by month (`2026-11`) and meter, in millionths. */
export type Usage = ReadonlyMap<string, ReadonlyMap<string, Micro>>

/** Usage by meter over all months, or over one. */
export function byMeter(usage: Usage, month?: string): Map<string, Micro> {
  const sums = new Map<string, Micro>()
  for (const [of, meters] of usage) {
    if (month !== undefined && of !== month) continue
    for (const [meter, quantity] of meters) sums.set(meter, (sums.get(meter) ?? 0n) + quantity)
  }
  return sums
}

interface Period {
  readonly periodStart: string
  readonly periodEnd: string
}

const beginOf = (month: string): string => `${month}-01T00:00:00.000Z`

/** Its last millisecond. */
const endOf = (month: string): string => {
  const [year, of] = month.split('-').map(Number)
  return new Date(Date.UTC(year ?? 0, of ?? 0) - 1).toISOString()
}

/**
 * The period that a bill covers. It ends at `at` if the last month is not over yet, and begins with the first month with usage: an event
 * may be older than its workspace, so `since` (when the workspace was made) counts only if there is nothing to bill. An event ahead of `at`
 * may open a month.
 */
export function periodOf(usage: Usage, since: string, at: string): Period {
  const months = [...usage.keys()].sort()
  const [first] = months
  if (first === undefined) return { periodStart: since, periodEnd: at }
  const last = months.at(-1) ?? first
  const [, periodEnd = at] = [beginOf(last), at, endOf(last)].sort()
  return { periodStart: beginOf(first), periodEnd }
}

export interface BillLine {
  readonly meter: string
  readonly description: string
  readonly quantity: string
  readonly unitPrice: string
  /** Minor units. */
  readonly amount: Amount
}

/** One line for each meter used, in the order of the price book, each rounded by itself; the total is the sum of the lines. */
export function bill(sums: ReadonlyMap<string, Micro>, book: PriceBook): { lines: BillLine[]; total: Amount } {
  const unknown = [...sums.keys()].filter((id) => !book.meters.some((meter) => meter.id === id))
  if (unknown.length > 0)
    throw new Error(`There is usage of meters that are not in the price book: ${unknown.join(', ')}. Put them back, marked as hidden.`)
  const lines = book.meters.flatMap(({ id, description, unitPrice }) => {
    const quantity = sums.get(id)
    if (quantity === undefined) return []
    return [{ meter: id, description, quantity: formatMicro(quantity), unitPrice, amount: amountFrom(amountOf(quantity, unitPrice, book)) }]
  })
  return { lines, total: sumOf(lines.map(({ amount }) => amount)) }
}
