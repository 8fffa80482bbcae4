import { expect, test } from 'vitest'
import { type Question, type Sight, takeTurn } from '#shared/billing/take-turn.ts'
import { fingerprint } from '#shared/domain/ids.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import { type PaymentTries, type PaymentTry, refusedTry, reservedTry, slots } from '#shared/domain/payment-tries.ts'
import { Refusal } from '#shared/domain/refusals.ts'
import { exists } from '#shared/table/conditions.ts'
import { ttlAttribute } from '#shared/table/design/attributes.ts'
import * as keys from '#shared/table/design/keys.ts'
import { check, update } from '#shared/table/engine.ts'
import { changeInvoice } from '#shared/table/invoices.ts'
import { Changed, changed } from '#shared/table/races.ts'
import { accountId, type Billed, billed, failureOf, invoiceId, isoAt, place, start, workspaceId } from '#test/support/billing-unit.ts'

interface Answer {
  readonly says: string
}

type Asking = Question<Invoice, Answer>

const triesOf = ({ table }: Billed) => table.get(keys.paymentTries(accountId))
const keepTries = ({ table }: Billed, tries: PaymentTries) => place(table, keys.paymentTries(accountId), { ...tries, [ttlAttribute]: 0 })
const heldTries = (tries: PaymentTries | undefined): PaymentTry[] => slots.flatMap((slot) => tries?.[slot] ?? [])
const five = (of: () => PaymentTry): PaymentTries => Object.fromEntries(slots.map((slot) => [slot, of()]))
const ofCard = (paymentMethodId: string) => fingerprint(paymentMethodId).slice(0, 24)

async function sight(b: Billed): Promise<Sight<Invoice>> {
  const invoice = await b.invoice()
  return {
    line: { place: invoice, tries: invoice, write: (change, rule) => changeInvoice(invoice, change, rule) },
    tries: await triesOf(b),
  }
}

/** A question about the invoice, and how often the provider was asked. */
async function question(b: Billed, over: Partial<Asking> = {}) {
  const asked: Date[] = []
  const { ask = async () => ({ answer: { says: 'yes' } }), ...rest } = over
  const whole: Asking = {
    table: b.table,
    clock: b.clock,
    now: start,
    remaining: () => 29_000,
    accountId,
    paymentMethodId: 'pm_secret',
    first: await sight(b),
    again: () => sight(b),
    settled: () => undefined,
    ...rest,
    ask: (place, begun) => {
      asked.push(begun)
      return ask(place, begun)
    },
  }
  return { asked, take: () => takeTurn(whole) }
}

const refusal = new Refusal('payment_method_refused', 'No.', { errors: [{ pointer: '/paymentMethodId', detail: 'No.' }] })
const unavailable = new Refusal('unavailable', 'Away.', { retryAfter: 30 })

test('asking first reserves a try of the person and one of the invoice, and the answer returns both', async () => {
  const b = await billed()
  let reserved: unknown[] = []
  const { take, asked } = await question(b, {
    ask: async (invoice, begun) => {
      expect([invoice.id, begun]).toEqual([invoiceId, start])
      reserved = [heldTries(await triesOf(b)), heldTries(await b.invoice()), (await b.invoice()).paymentTurns]
      return { answer: { says: 'paid' } }
    },
  })

  expect(await take()).toEqual({ says: 'paid' })

  const mine = { by: expect.any(String), until: isoAt(3_600), asking: isoAt(35) }
  expect(reserved).toEqual([[mine], [mine], [{ by: expect.any(String), of: ofCard('pm_secret'), until: isoAt(35) }]])
  expect(asked).toEqual([start])
  expect([heldTries(await triesOf(b)), heldTries(await b.invoice())]).toEqual([[], []])
  expect((await b.invoice()).paymentTurns).toEqual([
    { by: expect.any(String), of: ofCard('pm_secret'), until: isoAt(0), outcome: { answer: { says: 'paid' } } },
  ])
})

test('an answer in which the provider refused uses up both tries for an hour', async () => {
  const b = await billed()
  const { take } = await question(b, { ask: async () => ({ answer: { says: 'declined' }, refused: true }) })

  expect(await take()).toEqual({ says: 'declined' })

  const mine = { by: expect.any(String), until: isoAt(3_600) }
  expect([heldTries(await triesOf(b)), heldTries(await b.invoice())]).toEqual([[mine], [mine]])
})

test('a refused payment method uses up the tries, and is refused to everyone who waited with the same one', async () => {
  const b = await billed()
  const first = await question(b, { ask: () => Promise.reject(refusal) })
  const waiting = await question(b)

  expect(await failureOf(first.take())).toBe(refusal)
  const failure = await failureOf((await question(b, { now: start })).take())

  expect(failure).toMatchObject({ code: 'payment_method_refused', message: 'No.', errors: refusal.errors })
  expect(await failureOf(waiting.take())).toMatchObject({ code: 'payment_method_refused' })
  expect(waiting.asked).toEqual([])
  expect(heldTries(await triesOf(b))).toHaveLength(1)
  expect(heldTries(await b.invoice())).toHaveLength(1)
})

test('any other refusal returns the tries, and reaches everyone who waited', async () => {
  const b = await billed()

  expect(await failureOf((await question(b, { ask: () => Promise.reject(unavailable) })).take())).toBe(unavailable)
  const waited = await question(b)

  expect(await failureOf(waited.take())).toMatchObject({ code: 'unavailable', message: 'Away.', retryAfter: 30 })
  expect(waited.asked).toEqual([])
  expect([heldTries(await triesOf(b)), heldTries(await b.invoice())]).toEqual([[], []])
})

test('an error uses up the tries and answers nobody else: whoever waits asks again', async () => {
  const b = await billed()
  const bug = new TypeError('A bug')

  expect(await failureOf((await question(b, { ask: () => Promise.reject(bug) })).take())).toBe(bug)
  const next = await question(b)

  expect(heldTries(await triesOf(b))).toHaveLength(1)
  expect((await b.invoice()).paymentTurns).toEqual([])
  expect(await next.take()).toEqual({ says: 'yes' })
  expect(next.asked).toHaveLength(1)
})

test('no request begins with too little time left', async () => {
  const b = await billed()
  const late = await question(b, { remaining: () => 12_000 })

  expect(await failureOf(late.take())).toMatchObject({
    code: 'unavailable',
    message: 'Other payments for this are in progress. Send the request again.',
    retryAfter: 1,
    cause: undefined,
  })

  expect(late.asked).toEqual([])
  expect(await (await question(b, { remaining: () => 12_001 })).take()).toEqual({ says: 'yes' })
})

test('an outcome for the same payment method answers a request if it is newer; one for another method does not', async () => {
  const ended = { by: 'other', of: ofCard('pm_secret'), until: isoAt(0), outcome: { answer: { says: 'theirs' } } }
  const same = await question(await billed({ paymentTurns: [ended] }))
  const other = await question(await billed({ paymentTurns: [{ ...ended, of: ofCard('pm_other') }] }))
  const before = await question(await billed({ paymentTurns: [{ ...ended, until: isoAt(-1) }] }))

  expect([await same.take(), await other.take(), await before.take()]).toEqual([{ says: 'theirs' }, { says: 'yes' }, { says: 'yes' }])

  expect([same.asked.length, other.asked.length, before.asked.length]).toEqual([0, 1, 1])
})

test('if nothing is left to ask, that is the answer, except for a person who was refused five times', async () => {
  const b = await billed()
  const settled = await question(b, { settled: ({ id }) => ({ says: id }) })

  expect(await settled.take()).toEqual({ says: invoiceId })

  expect(settled.asked).toEqual([])
  const spent = five(() => refusedTry('turn', start))
  await keepTries(b, spent)
  expect(await failureOf((await question(b, { settled: () => ({ says: 'no' }) })).take())).toMatchObject({ code: 'rate_limited' })
  const onInvoice = await question(await billed(spent))
  expect(await failureOf(onInvoice.take())).toMatchObject({ code: 'rate_limited' })
  expect(onInvoice.asked).toEqual([])
})

test('a request that finds a turn taken waits until it is over', async () => {
  const b = await billed({ paymentTurns: [{ by: 'other', of: 'another', until: isoAt(35) }] })
  let times = 0
  const { take, asked } = await question(b, {
    again: () => {
      if (++times === 3) b.pass(35)
      return sight(b)
    },
  })

  expect(await take()).toEqual({ says: 'yes' })

  expect(times).toBe(3)
  expect(asked).toEqual([new Date(isoAt(35))])
})

test('a request that loses the race for a turn looks again', async () => {
  const b = await billed()
  const { take, asked } = await question(b)
  await b.meanwhile({ paymentTurns: [{ by: 'other', of: ofCard('pm_secret'), until: isoAt(0), outcome: { answer: { says: 'theirs' } } }] })

  expect(await take()).toEqual({ says: 'theirs' })

  expect(asked).toEqual([])
})

test('failing to take a turn for any reason but a race is an error', async () => {
  const b = await billed()
  const seen = await sight(b)
  const broken = new Refusal('workspace_not_found', 'Gone.')
  const { take } = await question(b, {
    first: { ...seen, line: { ...seen.line, unchanged: check(keys.workspace(workspaceId), exists('pk'), () => broken) } },
  })

  expect(await failureOf(take())).toBe(broken)
})

test('while all five tries are in use, a request waits until one is returned instead of being refused', async () => {
  const b = await billed()
  await keepTries(
    b,
    five(() => reservedTry('other', isoAt(35), start)),
  )
  const { take, asked } = await question(b, {
    again: async () => {
      expect(asked).toEqual([])
      await b.table.change(keys.paymentTries(accountId), { remove: ['try2'] })
      return sight(b)
    },
  })

  expect(await take()).toEqual({ says: 'yes' })
})

test('what follows from an answer is written together with the end of the turn, and then carried out', async () => {
  const b = await billed()
  const ended: unknown[][] = []
  const { take } = await question(b, {
    ask: async () => ({
      answer: { says: 'kept' },
      writes: [update(keys.billing(workspaceId), { set: { brand: 'visa' } })],
      ended: async (...given) => {
        expect(await b.table.get(keys.billing(workspaceId))).toMatchObject({ brand: 'visa' })
        ended.push(given)
      },
    }),
  })

  expect(await take()).toEqual({ says: 'kept' })

  expect(ended).toEqual([[]])
})

/** Asks, and what the answer leads to is refused by `error`. */
const unwritten = (b: Billed, error: Error, { refused = false, ended = async (_?: unknown) => {} } = {}) =>
  question(b, {
    ask: async () => ({
      answer: { says: 'kept' },
      refused,
      writes: [check(keys.workspace(workspaceId), exists('pk'), () => error)],
      ended,
    }),
  })

test('if that write is refused, the turn ends without an outcome and the tries are returned before the refusal is thrown', async () => {
  const gone = new Refusal('workspace_not_found', 'Gone.')
  for (const refused of [false, true]) {
    const b = await billed()
    const told: unknown[] = []
    const { take } = await unwritten(b, gone, { refused, ended: async (failure) => void told.push(failure) })

    expect(await failureOf(take())).toBe(gone)

    expect(told).toEqual([gone])
    expect((await b.invoice()).paymentTurns).toEqual([])
    expect(heldTries(await triesOf(b))).toHaveLength(refused ? 1 : 0)
  }
})

test('a write that comes after the turn expired asks the caller to retry', async () => {
  const b = await billed()
  const told: unknown[] = []
  const { take } = await unwritten(b, changed(), { ended: async (failure) => void told.push(failure) })

  expect(await failureOf(take())).toMatchObject({ code: 'unavailable', retryAfter: 1, cause: expect.any(Changed) })

  expect(told).toEqual([expect.any(Changed)])
})

test('an answer may require no follow-up, written or not', async () => {
  const b = await billed()
  const plain = await question(b, {
    ask: async () => ({ answer: { says: 'kept' }, writes: [check(keys.workspace(workspaceId), exists('pk'), changed)] }),
  })

  expect(await failureOf(plain.take())).toMatchObject({ code: 'unavailable' })
})

test('if another process has the turn meanwhile, only the person’s try is settled', async () => {
  for (const refused of [false, true]) {
    const b = await billed()
    const theirs = [{ by: 'other', of: 'another', until: isoAt(60) }]
    const { take } = await question(b, {
      ask: async () => {
        await b.meanwhile({ paymentTurns: theirs })
        return { answer: { says: 'late' }, refused }
      },
    })

    expect(await failureOf(take())).toMatchObject({ code: 'unavailable' })

    const mine = heldTries(await triesOf(b))
    expect(mine).toEqual(refused ? [{ by: expect.any(String), until: isoAt(3_600) }] : [])
    expect((await b.invoice()).paymentTurns).toEqual(theirs)
  }
})

test('a refusal is thrown even if another process has the turn meanwhile, or nothing more can be stored', async () => {
  const b = await billed()
  const { take } = await question(b, {
    ask: async () => {
      await b.meanwhile({ paymentTurns: [] })
      throw refusal
    },
  })

  expect(await failureOf(take())).toBe(refusal)
  const lost = await billed()
  const late = await question(lost, {
    ask: async () => {
      lost.table.write = () => Promise.reject(new Error('The table is away'))
      return { answer: { says: 'late' } }
    },
  })
  expect(await failureOf(late.take())).toMatchObject({ message: 'The table is away' })
})

test('only one request gets a person’s last try: the loser is refused once the winner was', async () => {
  const b = await billed()
  const { try4: _, ...four } = five(() => refusedTry('other', start))
  await keepTries(b, four)
  const { take, asked } = await question(b)
  await b.table.change(keys.paymentTries(accountId), { set: { try4: refusedTry('quicker', start) } })

  expect(await failureOf(take())).toMatchObject({ code: 'rate_limited' })

  expect(asked).toEqual([])
})
