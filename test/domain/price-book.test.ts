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
  ['usd', 3, 'an amount of usd has 2 decimals at Stripe'],
  ['jpy', 2, 'an amount of jpy has 0 decimals at Stripe'],
  ['kwd', 2, 'an amount of kwd has 3 decimals at Stripe'],
  ['isk', 0, 'an amount of isk has 2 decimals at Stripe'],
  ['ugx', 0, 'an amount of ugx has 2 decimals at Stripe'],
  ['uds', 2, 'Stripe charges in no currency "uds"'],
  ['USD', 2, 'currency'],
  ['krw', 0, 'Stripe names no least amount of krw'],
])('a price book in %s with %i decimals is refused in one sentence', (currency, minorDigits, sentence) => {
  expect(() => bookOf(currency, minorDigits)).toThrow(`The price book (shared/domain/price-book.ts): ${sentence}`)
})

test('what is malformed in a price book is named', () => {
  const wrong = [{ id: 'a', description: 'A', unit: 'x', unitPrice: '1,5' }]

  expect(() => definePriceBook({ currency: 'usd', minorDigits: 2, meters: wrong })).toThrow('price-book.ts): meters.0.unitPrice: ')
})

test('the least amount is the price book’s own where it says one, and one that can be charged', () => {
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

test('the price book of the service is in order', () => {
  expect(priceBook.minimumCharge).toBe(50)
})
