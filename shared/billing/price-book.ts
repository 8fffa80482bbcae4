import * as z from 'zod'

const priceBookSchema = z.strictObject({
  /** ISO 4217 in lower case, and how many digits its minor unit has (2 for usd, 0 for jpy). */
  currency: z.string().regex(/^[a-z]{3}$/),
  minorDigits: z.int().min(0).max(3),
  meters: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z][a-z0-9_]{0,49}$/),
        description: z.string().min(1).max(100),
        unit: z.string().min(1).max(30),
        /** In major units: "0.07" usd is 7 cents. */
        unitPrice: z.string().regex(/^\d{1,9}(\.\d{1,12})?$/),
        /** Not offered any more. A meter that was used once stays here, because what it counted is still to be billed. */
        hidden: z.boolean().optional(),
      }),
    )
    .refine((meters) => new Set(meters.map(({ id }) => id)).size === meters.length, 'Meter ids are unique.'),
})
export type PriceBook = z.infer<typeof priceBookSchema>
export type Meter = PriceBook['meters'][number]

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
