/** How amounts of a currency are counted, and which of them can be charged. */
export interface Currency {
  /** The decimals of an amount: 2 where 1234 is 12.34. */
  readonly minorDigits: number
  /** What every amount is a multiple of: 1, unless only some amounts can be charged. */
  readonly step: number
  /** The least amount that can be charged; undefined if Stripe names none. */
  readonly minimumCharge: number | undefined
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

// Stripe's documentation, https://docs.stripe.com/currencies: the currencies of a charge, by the decimals of an amount.
const withoutDecimals = words('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf')
const withThreeDecimals = words('bhd jod kwd omr tnd')
const withTwoDecimals = words(`
  aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve czk dkk dop dzd
  egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd
  mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos
  srd std szl thb tjs top try ttd twd tzs uah ugx usd uyu uzs wst xcd xcg yer zar zmw`)

/** Two decimals that have to be 0 (special cases): 500 isk are 5 krónur. */
const withDecimalsOfZero = words('isk ugx')

/** Minimum charge amounts, for an account that is settled in the same currency. */
const minimumCharges: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1_500, dkk: 250, eur: 50, gbp: 30, hkd: 400, huf: 17_500 },
    ...{ inr: 50, jpy: 50, mxn: 1_000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200, sek: 300, sgd: 50, thb: 1_000, usd: 50 },
  }),
)

/** A currency by its ISO 4217 code in lower case; undefined if Stripe cannot charge in it. */
export function currencyOf(code: string): Currency | undefined {
  const minimumCharge = minimumCharges.get(code)
  if (withoutDecimals.has(code)) return { minorDigits: 0, step: 1, minimumCharge }
  // The last of three decimals has to be 0, too.
  if (withThreeDecimals.has(code)) return { minorDigits: 3, step: 10, minimumCharge }
  if (withTwoDecimals.has(code)) return { minorDigits: 2, step: withDecimalsOfZero.has(code) ? 100 : 1, minimumCharge }
  return undefined
}
