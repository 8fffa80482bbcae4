import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amountFrom, formatAmount, sumOf } from '#shared/domain/amounts.ts'
import { bill, byMeter } from '#shared/domain/bill.ts'
import { amountOf, formatMicro, parseDecimal, quantitySchema, worthOf, worthOfAmount } from '#shared/domain/decimal.ts'
import { definePriceBook } from '#shared/domain/price-book.ts'

const micro = fc.bigInt({ min: 0n, max: 10n ** 15n })
const price = fc.stringMatching(/^\d{1,9}(\.\d{1,12})?$/)

/** A decimal text as an exact fraction. */
const rational = (text: string): [bigint, bigint] => {
  const [whole = '', fraction = ''] = text.split('.')
  return [BigInt(whole + fraction), 10n ** BigInt(fraction.length)]
}

test('a quantity survives being written and read', () => {
  fc.assert(
    fc.property(micro, (quantity) => {
      const text = formatMicro(quantity)
      expect(text).toMatch(/^(0|[1-9]\d*)(\.\d{0,5}[1-9])?$/)
      expect(quantitySchema.parse(text)).toBe(quantity)
    }),
  )
})

test('quantities add up exactly, in any order', () => {
  fc.assert(
    fc.property(fc.array(micro, { maxLength: 30 }), (quantities) => {
      const texts = quantities.map(formatMicro)
      const sum = texts.reduce((total, text) => total + (parseDecimal(text, 6) ?? 0n), 0n)
      const [n, d] = texts.map(rational).reduce(([n, d], [m, e]) => [n * e + m * d, d * e], [0n, 1n])
      expect(sum * d).toBe(n * 10n ** 6n)
    }),
  )
  expect(formatMicro(quantitySchema.parse(0.1) + quantitySchema.parse(0.2))).toBe('0.3')
})

test('zeros before a quantity and behind its fraction change nothing', () => {
  fc.assert(
    fc.property(micro, fc.nat(6), (quantity, zeros) => {
      const [whole = '', fraction = ''] = formatMicro(quantity).split('.')
      expect(quantitySchema.parse(`${whole.padStart(whole.length + zeros, '0')}.${fraction.padEnd(6, '0')}`)).toBe(quantity)
    }),
  )
})

test('an invalid quantity is reported in a sentence of our own', () => {
  expect(quantitySchema.safeParse('one').error?.issues).toMatchObject([{ code: 'custom', path: [] }])
})

test.each([
  [0, 0n],
  [-0, 0n],
  ['0', 0n],
  [3, 3_000_000n],
  ['12.5', 12_500_000n],
  ['12.500000', 12_500_000n],
  ['007', 7_000_000n],
  [0.1, 100_000n],
  [0.000001, 1n],
  ['0.000001', 1n],
  ['1000000000', 10n ** 15n],
  [1e9, 10n ** 15n],
])('the quantity %s is %s millionths', (given, expected) => {
  expect(quantitySchema.parse(given)).toBe(expected)
})

test.each([
  '',
  ' ',
  '-1',
  '+1',
  '.5',
  '1.',
  '1e3',
  '0x10',
  '1,5',
  '1_000',
  ' 1',
  '1 ',
  '0.0000001',
  '1000000000.000001',
  '1000000001',
  'NaN',
  '١',
  -1,
  0.0000001,
  1e10,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  true,
  [],
  {},
  undefined,
])('%j is no quantity', (given) => {
  expect(quantitySchema.safeParse(given).error?.issues).toMatchObject([
    { message: 'Send a number or a decimal string from 0 to 1,000,000,000 with at most 6 decimals, such as 12.5.' },
  ])
})

test('an amount is quantity × price, rounded half up to minor units that can be charged', () => {
  fc.assert(
    fc.property(micro, price, fc.integer({ min: 0, max: 3 }), fc.constantFrom(1, 10, 100), (quantity, unitPrice, minorDigits, step) => {
      const [p, q] = rational(unitPrice)
      const exact: [bigint, bigint] = [quantity * p * 10n ** BigInt(minorDigits), 10n ** 6n * q]
      const amount = amountOf(quantity, unitPrice, { minorDigits, step })
      expect(amount % BigInt(step)).toBe(0n)
      // amount - step/2 <= exact < amount + step/2, without a division.
      expect((2n * amount - BigInt(step)) * exact[1] <= 2n * exact[0]).toBe(true)
      expect(2n * exact[0] < (2n * amount + BigInt(step)) * exact[1]).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

const usd = { minorDigits: 2, step: 1 }

test.each([
  ['0.5', '0.01', 1n],
  ['0.499999', '0.01', 0n],
  ['1.5', '0.01', 2n],
  ['2.5', '0.01', 3n],
  ['12.5', '0.07', 88n],
  ['1000000000', '0.0004', 40_000_000n],
])('%s units at %s are %s cents', (quantity, unitPrice, cents) => {
  expect(amountOf(quantitySchema.parse(quantity), unitPrice, usd)).toBe(cents)
})

const book = definePriceBook({
  currency: 'usd',
  minorDigits: 2,
  meters: [
    { id: 'a', description: 'A', unit: 'x', unitPrice: '0.005' },
    { id: 'b', description: 'B', unit: 'x', unitPrice: '0.07' },
    { id: 'old', description: 'Old', unit: 'x', unitPrice: '1', hidden: true },
  ],
})

test('a bill has one line per used meter, in price book order, and the total is the sum of the lines', () => {
  const usage = new Map([
    ['2026-10', new Map([['b', 1_000_000n]])],
    [
      '2026-11',
      new Map([
        ['b', 500_000n],
        ['old', 2_000_000n],
        ['a', 1_000_000n],
      ]),
    ],
  ])

  expect(bill(byMeter(usage), book)).toEqual({
    lines: [
      { meter: 'a', description: 'A', quantity: '1', unitPrice: '0.005', amount: 1 },
      { meter: 'b', description: 'B', quantity: '1.5', unitPrice: '0.07', amount: 11 },
      { meter: 'old', description: 'Old', quantity: '2', unitPrice: '1', amount: 200 },
    ],
    total: 212,
  })
  expect(bill(byMeter(usage, '2026-10'), book)).toMatchObject({ lines: [{ meter: 'b', quantity: '1', amount: 7 }], total: 7 })
  expect(bill(new Map(), book)).toEqual({ lines: [], total: 0 })
})

test('each line is rounded by itself', () => {
  const { lines, total } = bill(
    new Map([
      ['a', 1_000_000n],
      ['b', 7_142n],
    ]),
    book,
  )

  expect(lines.map(({ amount }) => amount)).toEqual([1, 0])
  expect(total).toBe(1)
})

test('usage of a meter that no longer exists stops the bill', () => {
  expect(() => bill(new Map([['gone', 1n]]), book)).toThrow('gone')
})

const paid = price.filter((text) => Number(text) > 0)

test('a worth is exact: the worth of all is the sum of the worths, however it is split', () => {
  fc.assert(
    fc.property(fc.array(micro, { maxLength: 20 }), price, (quantities, unitPrice) => {
      const together = worthOf(
        quantities.reduce((sum, quantity) => sum + quantity, 0n),
        unitPrice,
      )

      expect(quantities.reduce((sum, quantity) => sum + worthOf(quantity, unitPrice), 0n)).toBe(together)
    }),
  )
})

test('what is worth no more than an amount costs no more, and what costs more is worth more', () => {
  fc.assert(
    fc.property(
      micro,
      paid,
      fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }),
      fc.constantFrom(0, 2, 3),
      (quantity, unitPrice, limit, minorDigits) => {
        const [p, q] = rational(unitPrice)
        const costs = quantity * p * 10n ** BigInt(minorDigits)

        expect(worthOf(quantity, unitPrice) <= worthOfAmount(Number(limit), minorDigits)).toBe(costs <= limit * 10n ** 6n * q)
      },
    ),
  )
})

test('a quantity is bounded by its worth whatever its price, so that no sum and no amount passes the 38 digits of a stored number', () => {
  fc.assert(
    fc.property(fc.constantFrom('0', '0.000000000001', '0.07'), price, fc.constantFrom(0, 2, 3), (before, after, minorDigits) => {
      // All that the greatest limit lets in at one price, billed at another.
      const room = worthOfAmount(999_999_999_999_999, minorDigits)
      const quantity = room / worthOf(1n, before)

      expect(quantity).toBeLessThan(10n ** 38n)
      expect(amountOf(quantity, after, { minorDigits, step: 1 })).toBeLessThan(10n ** 38n)
    }),
  )
})

test('a batch at the highest price is worth a number that can be stored', () => {
  expect(99n * worthOf(quantitySchema.parse('1000000000'), '999999999.999999999999')).toBeLessThan(10n ** 38n)
})

test('amounts of any size add up exactly, and are numbers as long as they are safe', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 38n }), { maxLength: 20 }), (amounts) => {
      const exact = amounts.reduce((sum, amount) => sum + amount, 0n)
      const sum = sumOf(amounts.map(amountFrom))

      expect(BigInt(sum)).toBe(exact)
      expect(typeof sum === 'number').toBe(exact <= BigInt(Number.MAX_SAFE_INTEGER))
    }),
  )
})

test.each([
  [0, 2, '0.00'],
  [7, 2, '0.07'],
  [1234, 2, '12.34'],
  [1234, 0, '1234'],
  [1234, 3, '1.234'],
  [123_456_789_012_345_678_901n, 2, '1234567890123456789.01'],
])('the amount %s with %i decimals is %s', (amount, minorDigits, text) => {
  expect(formatAmount(amount, minorDigits)).toBe(text)
})
