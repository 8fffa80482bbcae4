import * as z from 'zod/mini'

const priceBookSchema = z.strictObject({
  /** ISO 4217 in lower case, and how many digits its minor unit has (2 for usd, 0 for jpy). */
  currency: z.string().check(z.regex(/^[a-z]{3}$/)),
  minorDigits: z.int().check(z.minimum(0), z.maximum(3)),
  meters: z
    .array(
      z.strictObject({
        id: z.string().check(z.regex(/^[a-z][a-z0-9_]{0,49}$/)),
        description: z.string().check(z.minLength(1), z.maxLength(100)),
        unit: z.string().check(z.minLength(1), z.maxLength(30)),
        /** In major units: "0.07" usd is 7 cents. */
        unitPrice: z.string().check(z.regex(/^\d{1,9}(\.\d{1,12})?$/)),
        /** Not offered any more. A meter that was used once stays here, because what it counted is still to be billed. */
        hidden: z.optional(z.boolean()),
      }),
    )
    .check(z.refine((meters) => new Set(meters.map(({ id }) => id)).size === meters.length, 'Meter ids are unique.')),
})
export type PriceBook = z.infer<typeof priceBookSchema>

/** Checks a price book; throws where it is malformed. */
export const definePriceBook = (book: z.input<typeof priceBookSchema>): PriceBook => priceBookSchema.parse(book)

/** What usage costs. This is the deployer's to edit; the price of a unit is the one that stands here when the invoice is made. */
export const priceBook = definePriceBook({
  currency: 'usd',
  minorDigits: 2,
  meters: [
    { id: 'requests', description: 'API requests', unit: 'request', unitPrice: '0.0004' },
    { id: 'storage', description: 'Storage', unit: 'GB-month', unitPrice: '0.07' },
    { id: 'compute', description: 'Compute time', unit: 'minute', unitPrice: '0.025' },
  ],
})
