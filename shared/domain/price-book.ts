import * as z from 'zod/mini'
import './english.ts'
import { type Currency, currencyOf } from './currencies.ts'

const priceBookSchema = z.strictObject({
  /** ISO 4217 in lower case, and how many decimals an amount of it has at Stripe (2 for usd, 0 for jpy, but 2 for isk). */
  currency: z.string().check(z.regex(/^[a-z]{3}$/)),
  minorDigits: z.int(),
  /** The least amount that is charged, in minor units; what is owed below it is waived. Without it: the least that Stripe charges. */
  minimumCharge: z.optional(z.int().check(z.minimum(0))),
  meters: z
    .array(
      z.strictObject({
        id: z.string().check(z.regex(/^[a-z][a-z0-9_]{0,49}$/)),
        description: z.string().check(z.minLength(1), z.maxLength(100)),
        unit: z.string().check(z.minLength(1), z.maxLength(30)),
        /** In major units: "0.07" usd is 7 cents. */
        unitPrice: z.string().check(z.regex(/^\d{1,9}(\.\d{1,12})?$/)),
        /** No longer offered. A meter that was ever used stays here, because what it counted may still have to be billed. */
        hidden: z.optional(z.boolean()),
      }),
    )
    .check(z.refine((meters) => new Set(meters.map(({ id }) => id)).size === meters.length, 'Meter ids must be unique.')),
})

/** A checked price book, with the facts about its currency. */
export interface PriceBook extends Readonly<z.output<typeof priceBookSchema>>, Currency {
  readonly minimumCharge: number
}

/**
 * Checks a price book and adds the facts about its currency. Throws one sentence that says what to change. Starting and synthesizing both
 * read it, so that a wrong one is never deployed.
 */
export function definePriceBook(book: z.input<typeof priceBookSchema>): PriceBook {
  const { success, data, error } = priceBookSchema.safeParse(book)
  if (!success) throw wrong(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  const { currency } = data
  const known = currencyOf(currency)
  if (!known) throw wrong(`Stripe does not support the currency "${currency}".`)
  const { minorDigits, step } = known
  const minimumCharge = data.minimumCharge ?? known.minimumCharge
  if (data.minorDigits !== minorDigits)
    throw wrong(`Stripe uses ${minorDigits} decimals for ${currency}: set minorDigits to ${minorDigits}.`)
  if (minimumCharge === undefined) throw wrong(`Stripe publishes no minimum charge in ${currency}: set your own as minimumCharge.`)
  if (minimumCharge % step !== 0) throw wrong(`only multiples of ${step} can be charged in ${currency}: set minimumCharge to one.`)
  return { ...data, ...known, minimumCharge }
}

const wrong = (what: string) => new Error(`The price book (shared/domain/price-book.ts): ${what}`)

/** What usage costs. Edit this to set your prices; an invoice takes the prices as they are here when it is issued. */
export const priceBook = definePriceBook({
  currency: 'usd',
  minorDigits: 2,
  meters: [
    { id: 'requests', description: 'API requests', unit: 'request', unitPrice: '0.0004' },
    { id: 'storage', description: 'Storage', unit: 'GB-month', unitPrice: '0.07' },
    { id: 'compute', description: 'Compute time', unit: 'minute', unitPrice: '0.025' },
  ],
})
