import fc from 'fast-check'
import { expect, test } from 'vitest'
import { periodOf } from '#shared/domain/bill.ts'

const since = '2026-11-24T10:00:00.000Z'
const usageIn = (...months: string[]) => new Map(months.map((month) => [month, new Map([['storage', 1n]])]))

test.each([
  ['this month alone', ['2026-11'], '2026-11-24T12:00:00.000Z', '2026-11-01T00:00:00.000Z', '2026-11-24T12:00:00.000Z'],
  [
    'several months in any order',
    ['2026-11', '2026-09'],
    '2026-11-24T12:00:00.000Z',
    '2026-09-01T00:00:00.000Z',
    '2026-11-24T12:00:00.000Z',
  ],
  ['months that are over', ['2026-11', '2026-12'], '2027-03-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z', '2026-12-31T23:59:59.999Z'],
  ['the month before', ['2026-10'], '2026-11-24T12:00:00.000Z', '2026-10-01T00:00:00.000Z', '2026-10-31T23:59:59.999Z'],
  ['a month that is about to begin', ['2026-12'], '2026-11-30T23:58:00.000Z', '2026-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['nothing', [], '2026-11-24T12:00:00.000Z', since, '2026-11-24T12:00:00.000Z'],
])('the period of an invoice over %s', (_, months, at, periodStart, periodEnd) => {
  expect(periodOf(usageIn(...months), since, at)).toEqual({ periodStart, periodEnd })
})

const date = (min: string, max: string) => fc.date({ min: new Date(min), max: new Date(max), noInvalidDate: true })

test('everything billed is in the period, and the period is in the months that are billed', () => {
  fc.assert(
    fc.property(
      date('2026-11-24', '2028-01-01'),
      fc.array(fc.integer({ min: 0, max: 400 * 86_400_000 }), { minLength: 1, maxLength: 10 }),
      (end, ages) => {
        const at = end.toISOString()
        const occurred = ages.map((age) => new Date(end.getTime() - age).toISOString()).sort()
        const months = occurred.map((each) => each.slice(0, 7))

        const { periodStart, periodEnd } = periodOf(usageIn(...months), since, at)

        expect(periodStart <= (occurred.at(0) ?? '') && (occurred.at(-1) ?? '') <= periodEnd && periodEnd <= at).toBe(true)
        expect(periodStart.slice(0, 7)).toBe(months.at(0))
        expect(periodEnd.slice(0, 7)).toBe(months.at(-1))
      },
    ),
  )
})
