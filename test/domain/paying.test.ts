import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf } from '#shared/domain/payment-failure.ts'
import { freeSlot, type PaymentTries, type PaymentTry, refusedTry, requireTry, reservedTry, slots } from '#shared/domain/payment-tries.ts'
import { isTaken, newTurn, outcomeSince, type PaymentTurn, recentTurns } from '#shared/domain/payment-turns.ts'
import { later } from '#shared/domain/time.ts'

const now = new Date('2026-11-24T10:00:00.000Z')
const at = (seconds: number): Date => new Date(later(now, seconds))
const isoAt = (seconds: number): string => later(now, seconds)

describe('what a payer is told of a declined card', () => {
  const general = 'The card was declined. Use another card, or contact the bank that issued it.'
  /** Stripe asks to present these as a general decline: https://docs.stripe.com/declines/codes. */
  const advisedNotToTell = ['fraudulent', 'lost_card', 'merchant_blacklist', 'stolen_card']
  const told = ['authentication_required', 'expired_card', 'insufficient_funds']

  test.each([...advisedNotToTell, 'pickup_card', 'restricted_card', 'generic_decline', 'constructor'])(
    '%s is told as a declined card, and no more',
    (code) => {
      expect(failureOf({ kind: 'declined', declineCode: code })).toBe(general)
    },
  )

  test('all but three codes give the general sentence, and no sentence contains the code', () => {
    fc.assert(
      fc.property(fc.oneof(fc.stringMatching(/^[a-z_]{3,30}$/), fc.constantFrom(...told, ...advisedNotToTell)), (declineCode) => {
        const sentence = failureOf({ kind: 'declined', declineCode })
        if (!told.includes(declineCode)) expect(sentence).toBe(general)
        if (declineCode.includes('_')) expect(sentence).not.toContain(declineCode)
      }),
    )
  })
})

const five = (of: (i: number) => PaymentTry): PaymentTries => Object.fromEntries(slots.map((slot, i) => [slot, of(i)]))
const refusal = (run: () => void): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('tries', () => {
  test('a refused try is used up for an hour, and a pending one while it is pending', () => {
    expect(refusedTry('turn', now)).toEqual({ by: 'turn', until: isoAt(3_600) })
    expect(reservedTry('turn', isoAt(35), now)).toEqual({ by: 'turn', until: isoAt(3_600), asking: isoAt(35) })
  })

  test('five refusals within an hour block, until the first of them is an hour old', () => {
    const tries = five((i) => refusedTry(`t${i}`, at(60 * (5 - i))))
    const four = { ...tries, try2: undefined } as unknown as PaymentTries

    expect(refusal(() => requireTry(at(300), tries))).toMatchObject({
      code: 'rate_limited',
      message: 'Too many payments or payment methods were refused within the last hour. Try again later.',
      retryAfter: 3_600 + 60 - 300,
    })
    expect(refusal(() => requireTry(at(3_660), tries))).toBeUndefined()
    expect(refusal(() => requireTry(at(3_659.999), tries))).toMatchObject({ retryAfter: 1 })
    expect(refusal(() => requireTry(at(300), four))).toBeUndefined()
  })

  test('a person’s five tries and an invoice’s five are counted separately, and either blocks', () => {
    const spent = five(() => refusedTry('t', now))
    const some: PaymentTries = { try0: refusedTry('t', now) }

    expect(refusal(() => requireTry(now, undefined, undefined))).toBeUndefined()
    expect(refusal(() => requireTry(now, some, some))).toBeUndefined()
    expect(refusal(() => requireTry(now, undefined, spent))).toMatchObject({ code: 'rate_limited' })
    expect(refusal(() => requireTry(now, spent, some))).toMatchObject({ code: 'rate_limited' })
  })

  test('a pending try is not a refusal; one that stays unanswered past its time is', () => {
    const asking = five(() => reservedTry('t', isoAt(35), now))

    expect(refusal(() => requireTry(at(34.999), asking))).toBeUndefined()
    expect(refusal(() => requireTry(at(35), asking))).toMatchObject({ code: 'rate_limited' })
  })

  test('free tries are those that nobody holds or has used up, and any of them may be chosen', () => {
    const spent = five(() => refusedTry('t', now))

    expect(freeSlot(spent, at(3_599.999))).toBeUndefined()
    expect(slots).toContain(freeSlot(spent, at(3_600)))
    expect(freeSlot({ ...spent, try3: refusedTry('t', at(-3_600)) }, now)).toBe('try3')
    expect(new Set(Array.from({ length: 500 }, () => freeSlot(undefined, now)))).toEqual(new Set(slots))
    const first = { try0: refusedTry('t', now) }
    expect(new Set(Array.from({ length: 500 }, () => freeSlot(first, now)))).toEqual(new Set(slots.slice(1)))
  })
})

describe('turns', () => {
  const outcome = { answer: { status: 'paid' } }
  const ended = (of: string, until: string, by = 'other'): PaymentTurn => ({ by, of, until, outcome })

  test('a turn outlasts the function that holds it, then expires', () => {
    const turn = newTurn('mine', 'card', now)

    expect(turn).toEqual({ by: 'mine', of: 'card', until: isoAt(35) })
    expect(isTaken({ paymentTurns: [turn] }, at(34.999))).toBe(true)
    expect(isTaken({ paymentTurns: [turn] }, at(35))).toBe(false)
  })

  test('nobody has the turn if there were none or all have ended', () => {
    expect(isTaken({}, now)).toBe(false)
    expect(isTaken({ paymentTurns: [ended('card', isoAt(10))] }, now)).toBe(false)
    expect(isTaken({ paymentTurns: [ended('card', isoAt(-10)), newTurn('mine', 'card', now)] }, now)).toBe(true)
  })

  test('an outcome answers those who asked the same before it arrived, and nobody else', () => {
    const place = { paymentTurns: [ended('card', isoAt(0))] }

    expect(outcomeSince(place, 'card', at(-1))).toBe(outcome)
    expect(outcomeSince(place, 'card', now)).toBe(outcome)
    expect(outcomeSince(place, 'card', at(0.001))).toBeUndefined()
    expect(outcomeSince(place, 'another', at(-1))).toBeUndefined()
    expect(outcomeSince({ paymentTurns: [newTurn('other', 'card', now)] }, 'card', at(-1))).toBeUndefined()
    expect(outcomeSince({}, 'card', now)).toBeUndefined()
  })

  test('the newest twenty outcomes are kept, for a minute each; a turn without an outcome is not', () => {
    const many = Array.from({ length: 25 }, (_, i) => ended(`card${i}`, isoAt(i)))

    expect(recentTurns({}, now)).toEqual([])
    expect(recentTurns({ paymentTurns: many }, at(30)).map(({ of }) => of)).toEqual(many.slice(5).map(({ of }) => of))
    expect(recentTurns({ paymentTurns: many.slice(0, 2) }, at(60)).map(({ of }) => of)).toEqual(['card1'])
    expect(recentTurns({ paymentTurns: [newTurn('dead', 'card', now)] }, now)).toEqual([])
  })
})
