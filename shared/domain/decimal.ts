import * as z from 'zod/mini'
import type { Currency } from './currencies.ts'

/** Quantities are counted in millionths, as whole numbers: they add up exactly. */
const scale = 6
export type Micro = bigint

const maximum = 1_000_000_000n * 10n ** BigInt(scale)
const form = /^(\d{1,16})(?:\.(\d{1,20}))?$/

/** A plain decimal text as a whole number of 10^-places; undefined if it is no such number or has more places. */
export function parseDecimal(text: string, places: number): bigint | undefined {
  const found = form.exec(text)
  if (!found) return undefined
  const [, whole, fraction = ''] = found
  return fraction.length > places ? undefined : BigInt(`${whole}${fraction.padEnd(places, '0')}`)
}

/** A whole number of millionths as a decimal text: `12500000n` is `"12.5"`. */
export function formatMicro(micro: Micro): string {
  const digits = micro.toString().padStart(scale + 1, '0')
  const fraction = digits.slice(-scale).replace(/0+$/, '')
  return fraction ? `${digits.slice(0, -scale)}.${fraction}` : digits.slice(0, -scale)
}

const wrong = 'Send a number or a decimal string from 0 to 1,000,000,000 with at most 6 decimals, such as 12.5.'

/** A quantity from a request, a JSON number or a plain decimal string, in millionths. */
export const quantitySchema = z
  .pipe(
    z.union([z.number(), z.string()], { error: wrong }),
    z.transform((given, context): Micro => {
      const micro = parseDecimal(String(given), scale) ?? maximum + 1n
      if (micro <= maximum) return micro
      context.issues.push({ code: 'custom', message: wrong, input: given })
      return z.NEVER
    }),
  )
  .register(z.globalRegistry, {
    description: 'A number or decimal string from 0 to 1,000,000,000 with at most 6 decimals',
    examples: ['12.5', 3],
  })

/** Worth is counted in 10^-18 of a major unit: a millionth at the smallest price (10^-12) is 1, so no worth is ever rounded. */
export type Worth = bigint
const pricePlaces = 12
const worthPlaces = scale + pricePlaces

/**
 * What a quantity is worth, exactly. A unit is worth at least the smallest price, so that a limit on worth also limits the quantity of what
 * is free, whatever it may cost later.
 */
export function worthOf(quantity: Micro, unitPrice: string): Worth {
  const price = parseDecimal(unitPrice, pricePlaces) ?? 0n
  return quantity * (price > 0n ? price : 1n)
}

/** The worth of an amount of money, in minor units. */
export const worthOfAmount = (amount: number, minorDigits: number): Worth => BigInt(amount) * 10n ** BigInt(worthPlaces - minorDigits)

/**
 * quantity × unit price in minor units, rounded half up to what can be charged: a multiple of `step`. `unitPrice` in major units,
 * `minorDigits` of the currency (2 for usd).
 */
export function amountOf(quantity: Micro, unitPrice: string, { minorDigits, step }: Pick<Currency, 'minorDigits' | 'step'>): bigint {
  const places = unitPrice.split('.')[1]?.length ?? 0
  const price = parseDecimal(unitPrice, places) ?? 0n
  const divisor = 10n ** BigInt(scale + places) * BigInt(step)
  return ((quantity * price * 10n ** BigInt(minorDigits) * 2n + divisor) / (divisor * 2n)) * BigInt(step)
}
