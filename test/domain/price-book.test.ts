import { expect, test } from 'vitest'
import { amountOf, parseDecimal } from '#shared/domain/decimal.ts'
import { definePriceBook, priceBook } from '#shared/domain/price-book.ts'

const meters = [{ id: 'a', description: 'A', unit: 'x', unitPrice: '0.1' }]
const bookOf = (currency: string, minorDigits: number, rest: { minimumCharge?: number } = {}) =>
  definePriceBook({ currency, minorDigits, ...rest, meters })

test.each([
  ['usd', 2, { step: 1, minimumCharge: 50 }],
  ['jpy', 0, { step: 1, minimumCharge: 50 }],
  ['huf', 2, { step: 1, minimumCharge: 17_500 }],
  ['gbp', 2, { step: 1, minimumCharge: 30 }],
])('%s has %i decimals and a least charge that Stripe names', (currency, minorDigits, expected) => {
  expect(bookOf(currency, minorDigits)).toMatchObject({ currency, minorDigits, ...expected })
})

test.each([
  ['usd', 3, 'Stripe uses 2 decimals for usd: set minorDigits to 2.'],
  ['jpy', 2, 'Stripe uses 0 decimals for jpy: set minorDigits to 0.'],
  ['kwd', 2, 'Stripe uses 3 decimals for kwd: set minorDigits to 3.'],
  ['isk', 0, 'Stripe uses 2 decimals for isk: set minorDigits to 2.'],
  ['ugx', 0, 'Stripe uses 2 decimals for ugx: set minorDigits to 2.'],
  ['uds', 2, 'Stripe does not support the currency "uds"'],
  ['USD', 2, 'currency'],
  ['krw', 0, 'Stripe publishes no minimum charge in krw'],
])('a price book in %s with %i decimals is refused in one sentence', (currency, minorDigits, sentence) => {
  expect(() => bookOf(currency, minorDigits)).toThrow(`The price book (shared/domain/price-book.ts): ${sentence}`)
})

test('everything malformed in a price book is named', () => {
  const wrong = [{ id: 'a', description: 'A', unit: 'x', unitPrice: '1,5' }]

  expect(() => definePriceBook({ currency: 'usd', minorDigits: 2, meters: wrong })).toThrow('price-book.ts): meters.0.unitPrice: ')
})

test('all malformed entries are named in one sentence', () => {
  const wrong = [{ id: 'a', description: '', unit: '', unitPrice: '1' }]

  expect(() => definePriceBook({ currency: 'usd', minorDigits: 2, meters: wrong })).toThrow(
    /price-book\.ts\): meters\.0\.description: [^;]+; meters\.0\.unit: [^;]+$/,
  )
})

test('two meters must not share an id', () => {
  expect(() => definePriceBook({ currency: 'usd', minorDigits: 2, meters: [...meters, ...meters] })).toThrow(
    'price-book.ts): meters: Meter ids must be unique.',
  )
  expect(
    definePriceBook({ currency: 'usd', minorDigits: 2, meters: meters.flatMap((each) => [each, { ...each, id: 'b' }]) }).meters,
  ).toHaveLength(2)
})

test('the minimum charge is the price book’s own if it has one, and one that can be charged', () => {
  expect(bookOf('usd', 2, { minimumCharge: 500 }).minimumCharge).toBe(500)
  expect(bookOf('usd', 2, { minimumCharge: 0 }).minimumCharge).toBe(0)
  expect(bookOf('krw', 0, { minimumCharge: 1_000 }).minimumCharge).toBe(1_000)
  expect(() => bookOf('isk', 2, { minimumCharge: 50 })).toThrow('only multiples of 100 can be charged in isk')
})

test.each([
  ['isk', 2, '5', 100n],
  ['isk', 2, '4.999999', 0n],
  ['isk', 2, '14.9', 100n],
  ['ugx', 2, '1234', 12_300n],
  ['kwd', 3, '51.24', 5_120n],
  ['kwd', 3, '51.25', 5_130n],
  ['jpy', 0, '15', 2n],
])('in %s with %i decimals, %s units at 0.1 are %s: what can be charged, half up', (currency, minorDigits, quantity, amount) => {
  const book = bookOf(currency, minorDigits, { minimumCharge: 1_000 })

  expect(amountOf(parseDecimal(quantity, 6) ?? 0n, '0.1', book)).toBe(amount)
})

test('the service’s price book is valid', () => {
  expect(priceBook.minimumCharge).toBe(50)
})
