import { expect, test } from 'vitest'
import type { Payments } from '#shared/payments/payments.ts'
import type { Services } from '#shared/services.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type Departure, departure, finish } from '../support/departure.ts'
import { atEveryCrash, faulty, mortal } from '../support/faults.ts'
import { allRows, kindOf } from '../support/invariants.ts'
import { forSeeds, type Random } from '../support/random.ts'
import { tamper } from '../support/scene.ts'
import { type Answer, signUp } from '../support/world.ts'

const bad = 'pm_card_chargeDeclined'
const tooMany = { status: 429, body: { code: 'rate_limited' } }

/** Cards that can be charged, and cards that cannot. */
const good = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex', 'pm_card_discover', 'pm_card_visa_debit', 'pm_card_mastercard_debit']
const declined = [
  'pm_card_chargeDeclined',
  'pm_card_chargeDeclinedInsufficientFunds',
  'pm_card_chargeDeclinedLostCard',
  'pm_card_chargeDeclinedStolenCard',
  'pm_card_chargeDeclinedFraudulent',
  'pm_card_chargeDeclinedVelocityLimitExceeded',
  'pm_card_chargeDeclinedExpiredCard',
  'pm_card_chargeDeclinedIncorrectCvc',
  'pm_card_chargeDeclinedProcessingError',
  'pm_card_chargeCustomerFail',
]

const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).sort()
const times = <T>(count: number, each: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => each(i))
const rowsOf = async ({ world }: Departure, kind: string) => (await allRows(world.services.table)).filter((row) => kindOf(row) === kind)

/** The workspace is gone, and its final invoice of 7 USD is open. */
async function owing() {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  return d
}

const paymentsOf = ({ world }: Departure): Payments => {
  if (!world.services.payments) throw new Error('There is no payment provider')
  return world.services.payments
}

/** The provider, and which payment methods it was asked to attach or to charge. */
function watched(d: Departure, before: (paymentMethodId: string) => Promise<void> = async () => {}) {
  const asked: string[] = []
  const payments = new Proxy(paymentsOf(d), {
    get: (target, name) => {
      const part = Reflect.get(target, name)
      if (name !== 'attach' && name !== 'confirm') return part
      return async (...given: unknown[]) => {
        const paymentMethodId = /pm_[\w-]+/.exec(JSON.stringify(given))?.[0] ?? ''
        asked.push(paymentMethodId)
        await before(paymentMethodId)
        return Reflect.apply(part, target, given)
      }
    },
  })
  return { asked, payments }
}

/** Requests of many at once, each call to the table late by as much as the seed has it, and what the provider is asked meanwhile. */
function racing(d: Departure, random: Random) {
  const { asked, payments } = watched(d)
  const services: Services = { ...faulty(d.world, random, { delay: 6 }), payments }
  return {
    asked,
    pay: (paymentMethodId: string, as = d.ann.token) =>
      d.world.call('payInvoice', { as, path: { invoiceId: d.invoiceId }, body: { paymentMethodId } }, services),
    set: (paymentMethodId: string, as = d.ann.token, path: object = d.path) =>
      d.world.call('setPaymentMethod', { as, path: { ...path }, body: { paymentMethodId } }, services),
  }
}

test('ten concurrent payments with one declined card are one try, and all return its outcome', async () => {
  await forSeeds(4, async (random) => {
    const d = await owing()
    const { asked, pay } = racing(d, random)

    const answers = await Promise.all(times(10, () => pay(bad)))

    expect(asked).toEqual([bad])
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 200, body: { status: 'uncollectible', failure: expect.any(String) } })
    for (const card of declined.slice(1, 5)) expect(await pay(card)).toMatchObject({ status: 200, body: { status: 'uncollectible' } })
    expect(await pay('pm_card_visa')).toMatchObject(tooMany)
  })
})

test('ten concurrent payments with one good card charge once, and all return the invoice as paid', async () => {
  await forSeeds(4, async (random) => {
    const d = await owing()
    const { asked, pay } = racing(d, random)

    const answers = await Promise.all(times(10, () => pay('pm_card_visa')))

    expect([asked, d.charges()]).toEqual([['pm_card_visa'], [{ amount: 700, status: 'succeeded' }]])
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 200, body: { status: 'paid', failure: null } })
  })
})

test('concurrent payments with different cards each return their own result, until one has paid', async () => {
  await forSeeds(6, async (random) => {
    const d = await owing()
    const { asked, pay } = racing(d, random)
    const cards = random.shuffled([
      'pm_card_chargeDeclinedInsufficientFunds',
      'pm_card_authenticationRequired',
      'pm_card_chargeDeclinedExpiredCard',
      ...good,
    ])

    const answers = await Promise.all(cards.map((card) => pay(card)))

    expect(statuses(answers)).toEqual(Array(cards.length).fill(200))
    const failures = answers.filter(({ body }) => body.status === 'uncollectible').map(({ body }) => body.failure)
    expect(new Set(failures).size).toBe(failures.length)
    expect(asked).toHaveLength(failures.length + 1)
    expect(d.charges().filter(({ status }) => status === 'succeeded')).toEqual([{ amount: 700, status: 'succeeded' }])
    expect(await d.invoice()).toMatchObject({ status: 'paid', failure: null })
  })
})

test('of ten concurrent payments with different bad cards five are tried, and the others are told to wait', async () => {
  await forSeeds(4, async (random) => {
    const d = await owing()
    const { asked, pay } = racing(d, random)

    const answers = await Promise.all(declined.map((card) => pay(card)))

    expect(statuses(answers)).toEqual([...Array(5).fill(200), ...Array(5).fill(429)])
    expect(asked).toHaveLength(5)
  })
})

test('all payers of an invoice share five tries', async () => {
  await forSeeds(1, async (random) => {
    const d = await departure()
    const people = [d.ann]
    for (const name of ['b', 'c', 'd', 'e', 'f']) people.push({ ...d.ann, ...(await d.join(`${name}@example.com`, 'admin')) })
    await d.use('storage', 100)
    await d.erase()
    await d.finish()
    const { asked, pay } = racing(d, random)

    const answers = await Promise.all(people.flatMap(({ token }) => declined.map((card) => pay(card, token))))

    for (const { status } of answers) expect([200, 429]).toContain(status)
    expect(asked).toHaveLength(5)
    expect(await pay('pm_card_visa', people[5]?.token)).toMatchObject(tooMany)
  })
})

test('setting one card ten times concurrently returns its one outcome to all', async () => {
  await forSeeds(4, async (random) => {
    const d = await departure()
    const { asked, set } = racing(d, random)

    const refused = await Promise.all(times(10, () => set(bad)))
    const kept = await Promise.all(times(10, () => set('pm_card_visa')))

    expect(asked).toEqual([bad, 'pm_card_visa'])
    expect(new Set(refused.map(({ status, body: { requestId, ...body } }) => JSON.stringify([status, body]))).size).toBe(1)
    expect(refused[0]).toMatchObject({ status: 400, body: { code: 'payment_method_refused', errors: [{ pointer: '/paymentMethodId' }] } })
    for (const { status, body } of kept) expect([status, body]).toEqual([200, { provider: 'stripe', brand: 'visa', last4: '4242' }])
    for (const card of declined.slice(1, 5)) expect(await set(card)).toMatchObject({ status: 400 })
    expect(await set('pm_card_mastercard')).toMatchObject(tooMany)
  })
})

test('different cards set concurrently each return themselves; the last one stays, and the others are detached', async () => {
  await forSeeds(4, async (random) => {
    const d = await departure()
    const bob = await d.join('bob@example.com', 'admin')
    const { asked, set } = racing(d, random)

    const answers = await Promise.all([...good, ...good].map((card, i) => set(card, i % 2 ? bob.token : d.ann.token)))

    expect(answers.filter(({ status }) => status !== 200).map(({ body }) => body)).toEqual([])
    expect(answers.map(({ body }) => body.last4)).toEqual([...Array(2)].flatMap(() => ['4242', '4444', '0005', '1117', '5556', '8210']))
    expect(asked.length).toBeLessThanOrEqual(12)
    const [billing] = await rowsOf(d, 'Billing')
    expect(answers.map(({ body }) => body.last4)).toContain(billing?.last4)
    expect(d.provider.customers()).toHaveLength(1)
    await d.use('storage', 100)
    await d.erase()
    await d.finish()
    expect(await d.invoice()).toMatchObject({ status: 'paid' })
  })
})

test('of sixty bad cards that one person tries concurrently, across all workspaces, five reach the provider', async () => {
  await forSeeds(2, async (random) => {
    const d = await departure()
    const workspaces = [d.workspaceId, d.ann.workspaceId]
    for (const name of ['One', 'Two'])
      workspaces.push((await d.world.call('createWorkspace', { as: d.ann.token, body: { name } })).body.id as string)
    const { asked, set } = racing(d, random)

    const answers = await Promise.all(times(60, (i) => set(`pm_stolen_${i}`, d.ann.token, { workspaceId: workspaces[i % 4] })))

    expect(asked).toHaveLength(5)
    expect(statuses(answers)).toEqual([...Array(5).fill(400), ...Array(55).fill(429)])
  })
})

test('a person who sets good cards in many workspaces concurrently is never told to wait', async () => {
  await forSeeds(2, async (random) => {
    const d = await departure()
    const workspaces = [d.workspaceId]
    for (const name of times(9, (i) => `Team ${i}`))
      workspaces.push((await d.world.call('createWorkspace', { as: d.ann.token, body: { name } })).body.id as string)
    const { set } = racing(d, random)

    const answers = await Promise.all(workspaces.map((workspaceId) => set('pm_card_visa', d.ann.token, { workspaceId })))

    expect(statuses(answers)).toEqual(Array(10).fill(200))
    for (const card of declined.slice(0, 5)) expect(await set(card)).toMatchObject({ status: 400 })
    expect(await set('pm_card_mastercard')).toMatchObject(tooMany)
  })
})

test('five refusals block a person, each for an hour; setting and paying count together, and a stored card is no way around', async () => {
  const d = await owing()
  const { body } = await d.world.call('createWorkspace', { as: d.ann.token, body: { name: 'Next' } })
  const set = (paymentMethodId: string, as = d.ann.token) =>
    d.world.call('setPaymentMethod', { as, path: { workspaceId: body.id }, body: { paymentMethodId } })
  await set('pm_card_visa')
  for (const card of declined.slice(0, 2)) {
    expect(await d.pay(card)).toMatchObject({ status: 200, body: { status: 'uncollectible' } })
    d.world.passSeconds(600)
  }
  for (const card of declined.slice(2, 5)) expect(await set(card)).toMatchObject({ status: 400 })

  const refused = [await set('pm_card_mastercard'), await set('pm_card_visa'), await d.pay('pm_card_visa')]

  for (const answer of refused) {
    expect(answer).toMatchObject(tooMany)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(2_390)
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(2_400)
  }
  d.world.passSeconds(Number(refused[0]?.headers['retry-after']))
  expect(await set('pm_card_mastercard')).toMatchObject({ status: 200 })
  expect(await set(bad)).toMatchObject({ status: 400 })
  expect(await d.pay('pm_card_visa')).toMatchObject(tooMany)
  d.world.passSeconds(600)
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })
})

test('a paid invoice is returned even to a person who was refused too often', async () => {
  const d = await owing()
  await d.pay('pm_card_visa')
  for (const card of declined.slice(0, 5))
    expect(
      await d.world.call('setPaymentMethod', {
        as: d.ann.token,
        path: { workspaceId: d.ann.workspaceId },
        body: { paymentMethodId: card },
      }),
    ).toMatchObject({ status: 400 })

  expect(await d.pay(bad)).toMatchObject({ status: 200, body: { status: 'paid' } })
})

test('successes, outages and invalid content cost no try', async () => {
  const d = await owing()
  const path = { workspaceId: d.ann.workspaceId }
  const set = (paymentMethodId: unknown) => d.world.call('setPaymentMethod', { as: d.ann.token, path, body: { paymentMethodId } })

  for (const card of good) expect(await set(card)).toMatchObject({ status: 200 })
  for (const content of ['', 7, null, 'x'.repeat(256), undefined, {}])
    expect(await set(content)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  d.provider.faults.paymentProvider = 'down'
  for (let i = 0; i < 6; i++) expect(await set(`pm_card_${i}`)).toMatchObject({ status: 503, headers: { 'retry-after': '30' } })
  for (let i = 0; i < 6; i++) expect(await d.pay(`pm_card_${i}`)).toMatchObject({ status: 503 })
  d.provider.faults.paymentProvider = null

  for (const card of declined.slice(0, 4)) expect(await set(card)).toMatchObject({ status: 400, body: { code: 'payment_method_refused' } })
  expect(await d.pay(bad)).toMatchObject({ status: 200, body: { status: 'uncollectible' } })
  expect(await d.pay('pm_card_visa')).toMatchObject(tooMany)
})

test('a person whose rights end while the provider is asked stores no card and loses no try', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'admin')
  const { payments, asked } = watched(d, async () => {
    await d.here('updateMember', { path: { accountId: bob.id }, body: { role: 'member' } })
  })
  const ask = { as: bob.token, path: d.path, body: { paymentMethodId: 'pm_card_visa' } }

  const answer = await d.world.call('setPaymentMethod', ask, { ...d.world.services, payments })

  expect([answer.status, asked]).toEqual([403, ['pm_card_visa']])
  expect(await rowsOf(d, 'Billing')).toEqual([])
  const [tries] = await rowsOf(d, 'PaymentTries')
  expect(Object.keys(tries ?? {}).filter((name) => name.startsWith('try'))).toEqual([])
  expect(await d.card('pm_card_visa')).toMatchObject({ status: 200 })
})

test('a card that is set while the deletion begins is not stored, costs no try, and leaves nothing behind', async () => {
  const d = await departure()
  const { payments } = watched(d, async () => void (await d.erase()))

  const ask = { as: d.ann.token, path: d.path, body: { paymentMethodId: 'pm_card_visa' } }
  const answer = await d.world.call('setPaymentMethod', ask, { ...d.world.services, payments })

  expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
  await finish(d.world, d.workspaceId)
  const [tries] = await rowsOf(d, 'PaymentTries')
  expect(Object.keys(tries ?? {}).filter((name) => name.startsWith('try'))).toEqual([])
  expect(JSON.stringify(tries)).not.toContain(d.workspaceId.slice(3))
  expect(await rowsOf(d, 'Billing')).toEqual([])
})

test('wherever a process dies while setting a card, the next one can set it after the turn expires, and at most one try is lost', async () => {
  const deaths = await atEveryCrash(async (dieAt) => {
    const d = await departure()
    const dying = mortal(d.world, dieAt)
    const ask = { as: d.ann.token, path: d.path, body: { paymentMethodId: bad } }
    await d.world.call('setPaymentMethod', ask, dying.services).catch(() => {})
    d.world.passSeconds(36)

    expect(await d.card('pm_card_visa')).toMatchObject({ status: 200 })
    for (const card of declined.slice(1, 5)) expect(await d.card(card)).toMatchObject({ status: 400 })
    const last = await d.card('pm_card_amex')
    expect([200, 429]).toContain(last.status)
    d.world.passSeconds(3_600)
    expect(await d.card('pm_card_amex')).toMatchObject({ status: 200 })
    return dying
  })
  expect(deaths).toBeGreaterThan(6)
})

test('a refusal counts even if the process died with it', async () => {
  const d = await departure()
  const ask = (paymentMethodId: string) => ({ as: d.ann.token, path: d.path, body: { paymentMethodId } })
  const lost = watched(d)
  const never = new Promise<never>(() => {})
  const payments = new Proxy(lost.payments, {
    get: (target, name) =>
      name === 'attach'
        ? (...given: unknown[]) => Reflect.apply(target.attach, target, given).catch(() => never)
        : Reflect.get(target, name),
  })
  for (const card of declined.slice(0, 5)) {
    void d.world.call('setPaymentMethod', ask(card), { ...d.world.services, payments })
    await expect.poll(() => lost.asked).toContain(card)
    d.world.passSeconds(36)
  }

  expect(await d.card('pm_card_visa')).toMatchObject(tooMany)
  expect(lost.asked).toHaveLength(5)
  d.world.passSeconds(3_600)
  expect(await d.card('pm_card_visa')).toMatchObject({ status: 200 })
})

test('whoever waits for a process that died continues when its turn expires', async () => {
  const d = await owing()
  const turn = { by: 'gone', of: 'another', until: new Date(d.world.now.getTime() + 35_000).toISOString() }
  await tamper(d.world, keys.invoice(d.invoiceId), { paymentTurns: [turn] })

  const waiting = d.pay('pm_card_visa')
  const early = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 150))])
  d.world.passSeconds(36)

  expect(early).toBeUndefined()
  expect(await waiting).toMatchObject({ status: 200, body: { status: 'paid' } })
})

test('a process that resumes after its turn expired changes nothing that others did meanwhile', async () => {
  const d = await departure()
  const { payments } = watched(d, async () => {
    d.world.passSeconds(36)
    await d.card('pm_card_mastercard')
  })

  const ask = { as: d.ann.token, path: d.path, body: { paymentMethodId: 'pm_card_visa' } }
  const late = await d.world.call('setPaymentMethod', ask, { ...d.world.services, payments })

  expect(late).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect(await rowsOf(d, 'Billing')).toMatchObject([{ last4: '4444' }])
})

test('stored turns and tries name no payment method, and a person’s tries expire', async () => {
  const d = await owing()
  await signUp(d.world, 'eve@example.com')
  for (const card of declined.slice(0, 3)) await d.pay(card)

  const [invoice] = await rowsOf(d, 'Invoice')
  const tries = await rowsOf(d, 'PaymentTries')

  expect(tries).toMatchObject([{ pk: `ACCOUNT#${d.ann.id}`, ttl: expect.any(Number) }])
  expect(JSON.stringify([invoice?.paymentTurns, tries])).not.toContain('pm_')
  d.world.passSeconds(61)
  await d.pay(bad)
  expect((await rowsOf(d, 'Invoice'))[0]?.paymentTurns).toHaveLength(1)
})
