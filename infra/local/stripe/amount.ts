import { invalid } from './errors.ts'
import type { Form } from './form.ts'
import { integer, requiredText } from './params.ts'

/** Stripe's minimum charge, in minor units, for currencies in which it is not 50. */
const minimums: Readonly<Record<string, number>> = {
  aed: 200,
  bgn: 100,
  czk: 1_500,
  dkk: 250,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  mxn: 1_000,
  myr: 200,
  nok: 300,
  pln: 200,
  ron: 200,
  sek: 300,
  thb: 1_000,
}
const usualMinimum = 50
const maximum = 99_999_999

const currencies = new Set(Intl.supportedValuesOf('currency').map((currency) => currency.toLowerCase()))

function shown(minor: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

/** Reads the amount to charge: `amount` in minor units, within Stripe's limits for the `currency`. */
export function amountOf(form: Form): { amount: number; currency: string } {
  const amount = integer(requiredText(form, 'amount'), 'amount', { least: 1 })
  const currency = requiredText(form, 'currency').toLowerCase()
  if (!currencies.has(currency)) throw invalid(`Invalid currency: ${currency}.`, { param: 'currency' })
  const minimum = minimums[currency] ?? usualMinimum
  if (amount < minimum)
    throw invalid(`Amount must be at least ${shown(minimum, currency)} ${currency}`, { code: 'amount_too_small', param: 'amount' })
  if (amount > maximum)
    throw invalid(`Amount must be no more than ${shown(maximum, currency)}`, { code: 'amount_too_large', param: 'amount' })
  return { amount, currency }
}
