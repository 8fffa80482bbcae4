import { expect, test } from 'vitest'
import type { Invoice } from '#shared/domain/invoice.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type Departure, deletionOf, departure, finish, leftoversOf } from '../support/departure.ts'
import { type Provider, stripeError, withProvider } from '../support/payments.ts'
import { tamper } from '../support/scene.ts'

/** A workspace that owes 7 USD, with a card where one is named, whose deletion was asked for. */
async function owing(card?: string, settings: Record<string, string> = {}) {
  const d = await departure(settings)
  if (card) await d.card(card)
  await d.use('storage', 100)
  await d.erase()
  d.provider.asked.length = 0
  return d
}

/** The same, left open and purged: nobody has paid. */
async function leftOpen() {
  const d = await owing()
  await d.finish()
  return d
}

/** The invoice as it stands in the table. */
async function itemOf({ world, invoiceId }: Departure): Promise<Invoice> {
  const invoice = await world.services.table.get(keys.invoice(invoiceId))
  if (!invoice) throw new Error('No such invoice')
  return invoice
}

const succeeded = (d: Departure) => d.charges().filter(({ status }) => status === 'succeeded')
const metricsOf = ({ world }: Departure, wanted: string) => world.metrics.filter(({ name }) => name === wanted)
const intentStatuses = ({ provider }: Departure) => provider.intents().map(({ status }) => status)
const ways = (provider: Provider, wanted: RegExp) => provider.asked.filter((request) => wanted.test(request))
const confirmations = ({ provider }: Departure) => ways(provider, /confirm$/)

/** The sweep, and what it asks for. */
async function sweep({ world }: Departure, seconds = 76) {
  world.passSeconds(seconds)
  await world.run('cleanUp')
  expect(await world.run('runDeletion')).toEqual([])
}

/** Answers the next request whose way matches otherwise. */
function once({ provider }: Departure, wanted: RegExp, answer: Provider['around']) {
  const { around } = provider
  provider.around = (request, pass) => {
    if (!wanted.test(`${request.method} ${request.path}`)) return around(request, pass)
    provider.around = around
    return answer(request, pass)
  }
}

const lost: Provider['around'] = async (_, pass) => {
  await pass()
  return 'drop'
}

const creation = /^POST \/v1\/payment_intents$/
const confirmation = /confirm$/

test.each([
  [401, creation],
  [403, creation],
  [409, creation],
  [429, creation],
  [500, creation],
  [400, creation],
  [401, confirmation],
  [403, confirmation],
  [409, confirmation],
  [429, confirmation],
  [503, confirmation],
])('a provider that answers %i to %s is one that is away: the charge is put off, and made later', async (status, wanted) => {
  const d = await owing('pm_card_visa')
  once(d, wanted, async () => stripeError(status))

  await d.world.run('runDeletion')

  expect(await itemOf(d)).toMatchObject({ status: 'open', failure: null })
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ step: 'chargeFinalInvoice', chargeAttempts: 1 })
  expect(metricsOf(d, 'ChargesPutOff')).toHaveLength(1)
  expect(metricsOf(d, 'ProviderRejections')).toHaveLength([400, 401, 403].includes(status) ? 1 : 0)
  await d.finish()
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
  expect(d.charges()).toEqual([{ amount: 700, status: 'succeeded' }])
})

test.each([[401], [403], [409], [429], [500]])('paying and setting a method while the provider answers %i are a 503', async (status) => {
  const d = await leftOpen()
  d.provider.around = async () => stripeError(status)

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503, body: { code: 'unavailable' } })

  expect(await itemOf(d)).toMatchObject({ status: 'open', failure: null })
  const alive = await departure()
  alive.provider.around = async () => stripeError(status)
  expect(await alive.card('pm_card_visa')).toMatchObject({ status: 503 })
})

test('a canceled intent is replaced, and the invoice is charged once', async () => {
  const d = await owing('pm_card_chargeCustomerFail')
  await d.finish()
  const [intent] = d.provider.intents()
  await d.provider.dashboard.paymentIntents.cancel(intent?.id ?? '')

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid', failure: null } })

  expect(intentStatuses(d)).toEqual(['canceled', 'succeeded'])
  expect(succeeded(d)).toHaveLength(1)
})

test('the worker replaces an intent that is canceled while it waits for the provider', async () => {
  const d = await owing('pm_card_visa')
  once(d, confirmation, async () => 'drop')
  await d.world.run('runDeletion')
  await d.provider.dashboard.paymentIntents.cancel((await itemOf(d)).intentId ?? '')

  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'paid' })
  expect(intentStatuses(d)).toEqual(['canceled', 'succeeded'])
})

test('the search for an intent whose creation went unanswered ignores canceled ones', async () => {
  const d = await owing('pm_card_visa')
  once(d, creation, lost)
  await d.world.run('runDeletion')
  const [intent] = d.provider.intents()
  await d.provider.dashboard.paymentIntents.cancel(intent?.id ?? '')
  d.world.passSeconds(25 * 3_600) // the provider has forgotten the idempotency key

  await d.world.run('runDeletion', [{ deletionId: d.deletionId }])
  await d.finish()
  await d.pay('pm_card_visa')

  expect(intentStatuses(d)).toEqual(['canceled', 'succeeded'])
  expect(succeeded(d)).toHaveLength(1)
})

test('an intent whose creation went unanswered is found long after the provider has forgotten the idempotency key', async () => {
  const d = await leftOpen()
  once(d, creation, lost)
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })
  d.world.passSeconds(25 * 3_600)

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })

  expect(d.provider.intents()).toHaveLength(1)
})

test.each(['processing', 'requires_capture'])('an intent that is %s is not replaced: it may still succeed', async (status) => {
  const d = await owing('pm_card_chargeCustomerFail')
  await d.finish()
  const [intent] = d.provider.intents()
  const moved = JSON.stringify({ ...intent, status })
  d.provider.around = async (request, pass) => {
    if (confirmation.test(request.path)) return stripeError(400, { code: 'payment_intent_unexpected_state' })
    return request.path.includes('/payment_intents/pi_') ? { status: 200, headers: {}, body: moved } : pass()
  }

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })

  expect(await itemOf(d)).toMatchObject({ status: 'uncollectible', intentId: intent?.id, paidAt: null })
  expect(d.provider.intents()).toHaveLength(1)
})

test('a payment that the provider has not decided is not recorded as paid', async () => {
  const d = await leftOpen()
  once(d, confirmation, async (_, pass) => {
    const answer = await pass()
    return answer === 'drop' ? answer : { ...answer, body: answer.body.replace('"status":"succeeded"', '"status":"processing"') }
  })

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })

  expect(await itemOf(d)).toMatchObject({ status: 'open', paidAt: null, payment: null })
})

test('an intent that the provider does not know does not count as canceled: none replaces it, and an alarm is raised', async () => {
  const d = await owing('pm_card_visa')
  once(d, confirmation, async () => 'drop')
  await d.world.run('runDeletion')
  await tamper(d.world, keys.invoice(d.invoiceId), { intentId: 'pi_unknown' })
  d.world.passSeconds(2)

  await d.world.run('runDeletion', [{ deletionId: d.deletionId }])

  expect(await itemOf(d)).toMatchObject({ status: 'open', intentId: 'pi_unknown' })
  expect(d.provider.intents()).toHaveLength(1)
  expect(metricsOf(d, 'ProviderRejections')).toHaveLength(1)
})

test('a customer that the provider no longer has leaves the invoice open, and whoever pays it gets a new one', async () => {
  const d = await owing('pm_card_visa')
  const [customer] = d.provider.customers()
  await d.provider.dashboard.customers.del(customer?.id ?? '')
  await d.finish()
  expect(await d.invoice()).toMatchObject({ status: 'open', failure: expect.stringContaining('payment method') })
  expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid', failure: null } })

  expect(succeeded(d)).toHaveLength(1)
  expect(d.provider.customers()).toHaveLength(1)
  expect(d.provider.customers()[0]?.id).not.toBe(customer?.id)
})

test('the intent of a missing customer is canceled before another is created', async () => {
  const d = await owing('pm_card_chargeCustomerFail')
  await d.finish()
  const [customer] = d.provider.customers()
  await d.provider.dashboard.customers.del(customer?.id ?? '')
  d.provider.asked.length = 0

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })

  expect(intentStatuses(d)).toEqual(['canceled', 'succeeded'])
  const changes = ways(d.provider, /^POST/).map((request) => request.replace(/pi_\w+/, 'pi'))
  const [cancel, make] = ['POST /v1/payment_intents/pi/cancel', 'POST /v1/payment_intents'].map((wanted) => changes.indexOf(wanted))
  expect(cancel).toBeGreaterThanOrEqual(0)
  expect(make).toBeGreaterThan(cancel ?? 0)
})

test.each(['succeeded', 'processing'])('the intent of a customer that is gone is kept where it is %s', async (status) => {
  const d = await owing('pm_card_chargeCustomerFail')
  await d.finish()
  const [intent] = d.provider.intents()
  await d.provider.dashboard.customers.del(d.provider.customers()[0]?.id ?? '')
  const moved = JSON.stringify({ ...intent, status })
  d.provider.around = async (request, pass) => {
    if (/cancel$/.test(request.path)) return stripeError(400, { code: 'payment_intent_unexpected_state' })
    const isRead = request.method === 'GET' && request.path.includes('/payment_intents/pi_')
    return isRead && d.provider.asked.some((asked) => /cancel$/.test(asked)) ? { status: 200, headers: {}, body: moved } : pass()
  }

  const { status: answered } = await d.pay('pm_card_visa')

  expect(answered).toBe(status === 'succeeded' ? 200 : 503)
  expect(await itemOf(d)).toMatchObject({ intentId: intent?.id, status: status === 'succeeded' ? 'paid' : 'uncollectible' })
  expect(d.provider.intents()).toHaveLength(1)
})

test('a payment method can be set again after the provider has lost the customer', async () => {
  const d = await departure()
  await d.card('pm_card_visa')
  await d.provider.dashboard.customers.del(d.provider.customers()[0]?.id ?? '')

  expect(await d.card('pm_card_mastercard')).toMatchObject({ status: 200, body: { brand: 'mastercard' } })

  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
})

test('a payment method that the provider no longer has counts as none', async () => {
  const d = await owing('pm_card_visa')
  d.provider.around = async (request, pass) =>
    confirmation.test(request.path) ? stripeError(400, { code: 'resource_missing', param: 'payment_method' }) : pass()

  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'open', failure: expect.not.stringMatching(/pm_|cus_/) })
  expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])
})

test('paying with a payment method that does not exist changes nothing and says why', async () => {
  const d = await leftOpen()

  expect(await d.pay('pm_nonsense')).toMatchObject({ status: 200, body: { status: 'open', failure: expect.stringContaining('method') } })

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid', failure: null } })
})

test('with another account’s key nothing is created, and a postponed charge is made once the right key is back', async () => {
  const d = await owing('pm_card_visa')
  const { payments } = d.world.services
  const other = withProvider(d.world, { account: 'acct_other' })

  await d.world.run('runDeletion')

  expect(await itemOf(d)).toMatchObject({ status: 'open', failure: null })
  expect([other.customers(), other.intents()]).toEqual([[], []])
  expect(metricsOf(d, 'ProviderRejections')).toHaveLength(1)
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })
  expect([other.customers(), other.intents()]).toEqual([[], []])
  Object.assign(d.world.services, { payments })
  await d.finish()
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
  expect(succeeded(d)).toHaveLength(1)
})

test('with the key of another account a workspace keeps its customer and its method', async () => {
  const d = await departure()
  await d.card('pm_card_visa')
  const other = withProvider(d.world, { account: 'acct_other' })

  expect(await d.card('pm_card_mastercard')).toMatchObject({ status: 503, body: { code: 'unavailable' } })

  expect(other.customers()).toEqual([])
})

test('ids stored before accounts were recorded belong to the current account', async () => {
  const d = await departure()
  await d.card('pm_card_visa')
  const { table } = d.world.services
  await table.change(keys.billing(d.workspaceId), { remove: ['account'] })
  await d.card('pm_card_chargeCustomerFail')
  await table.change(keys.billing(d.workspaceId), { remove: ['account'] })
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  await table.change(keys.invoice(d.invoiceId), { remove: ['account', 'detached', 'handedOver'] })

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })

  expect(await itemOf(d)).toMatchObject({ account: 'acct_local test' })
  expect(d.provider.customers()).toHaveLength(1)
})

test('a key that may not read its own account counts as an unavailable provider', async () => {
  const d = await leftOpen()
  once(d, /account$/, async () => stripeError(403))

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })

  expect(d.provider.customers()).toEqual([])
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })
})

test('the account is read once per key', async () => {
  const d = await owing('pm_card_visa')

  await d.finish()

  expect(ways(d.provider, /account$/)).toEqual([])
})

/** Whom the payment methods that were ever attached belong to at the provider. */
const attached = async ({ provider }: Departure, id: string) => (await provider.dashboard.paymentMethods.retrieve(id)).customer
const methodOf = async (d: Departure) => (await itemOf(d)).billing?.paymentMethodId ?? ''

test('settling an invoice does not wait for the payment method’s detach: the sweep does it once the provider is back', async () => {
  const d = await owing('pm_card_visa')
  d.provider.around = async (request, pass) => (/detach$/.test(request.path) ? 'drop' : pass())
  await d.world.run('runDeletion')
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ step: 'completed' })
  await sweep(d)
  expect(await attached(d, await methodOf(d))).not.toBeNull()
  d.provider.around = (_, pass) => pass()

  await sweep(d, 901)

  expect(await attached(d, await methodOf(d))).toBeNull()
  d.provider.asked.length = 0
  await sweep(d, 100 * 86_400)
  expect(d.provider.asked).toEqual([])
})

test.each([
  ['paid', 0],
  ['waived', 1],
])(
  'a final invoice that is %s as it is issued is done while the provider is down, and its method is detached later',
  async (status, used) => {
    const d = await departure()
    await d.card('pm_card_visa')
    if (used) await d.use('storage', used)
    await d.erase()
    d.provider.faults.paymentProvider = 'down'
    await d.world.run('runDeletion')
    expect(await d.invoice()).toMatchObject({ status })
    expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ step: 'completed' })
    d.provider.faults.paymentProvider = null

    await sweep(d)

    expect(await attached(d, await methodOf(d))).toBeNull()
  },
)

test('the deletion itself detaches the payment method once its invoice is settled, whether declined or paid', async () => {
  for (const card of ['pm_card_visa', 'pm_card_chargeCustomerFail']) {
    const d = await owing(card)
    await d.finish()

    expect(await attached(d, await methodOf(d))).toBeNull()
  }
})

test('an open invoice keeps its payment method for 90 days, and can be paid after that too', async () => {
  const d = await owing('pm_provider_down', { CHARGE_GIVE_UP_SECONDS: '60' })
  await d.finish()
  await sweep(d)
  await sweep(d, 89 * 86_400)
  expect(await attached(d, await methodOf(d))).not.toBeNull()

  await sweep(d, 86_400)

  expect(await attached(d, await methodOf(d))).toBeNull()
  expect(await itemOf(d)).toMatchObject({ status: 'open' })
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })
})

test('paying an open invoice detaches the stored payment method; if that fails, the sweep does it', async () => {
  for (const fails of [false, true]) {
    const d = await owing('pm_provider_down', { CHARGE_GIVE_UP_SECONDS: '60' })
    await d.finish()
    if (fails) d.provider.around = async (request, pass) => (/detach$/.test(request.path) ? stripeError(500) : pass())

    expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })

    expect((await attached(d, await methodOf(d))) === null).toBe(!fails)
    d.provider.around = (_, pass) => pass()
    await sweep(d)
    expect(await attached(d, await methodOf(d))).toBeNull()
  }
})

test('with another account’s key nothing is detached or recorded as detached', async () => {
  const d = await owing('pm_card_visa')
  const { payments } = d.world.services
  d.provider.around = async (request, pass) => (/detach$/.test(request.path) ? 'drop' : pass())
  await d.finish()
  const other = withProvider(d.world, { account: 'acct_other' })
  await sweep(d, 901)
  expect(other.asked.filter((request) => /detach/.test(request))).toEqual([])
  expect(metricsOf(d, 'ProviderRejections').length).toBeGreaterThan(0)
  Object.assign(d.world.services, { payments })
  d.provider.around = (_, pass) => pass()

  await sweep(d, 901)

  expect(await attached(d, await methodOf(d))).toBeNull()
})

test('a payment method is detached when it is replaced or could not be stored', async () => {
  const d = await departure()
  const detached = () => ways(d.provider, /detach$/).map((request) => request.split('/')[3])
  const [first, second] = [await d.provider.dashboard.paymentMethods.retrieve('pm_card_visa'), undefined]
  expect(second).toBeUndefined()
  await d.card(first.id)
  await d.card('pm_card_mastercard')
  expect(detached()).toEqual([first.id])

  // The workspace is deleted while the provider attaches another one.
  const late = await d.provider.dashboard.paymentMethods.retrieve('pm_card_amex')
  once(d, /attach$/, async (_, pass) => {
    const answer = await pass()
    await d.erase()
    return answer
  })
  expect(await d.card(late.id)).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })

  expect(detached()).toEqual([first.id, late.id])
  expect(await attached(d, late.id)).toBeNull()
})

test('a payment method that could not be detached when it was replaced is detached at the next replacement', async () => {
  const d = await departure()
  const { id: first } = await d.provider.dashboard.paymentMethods.retrieve('pm_card_visa')
  await d.card(first)
  d.provider.around = async (request, pass) => (/detach$/.test(request.path) ? 'drop' : pass())
  expect(await d.card('pm_card_mastercard')).toMatchObject({ status: 200 })
  expect(await attached(d, first)).not.toBeNull()
  d.provider.around = (_, pass) => pass()

  await d.erase()
  await d.finish()

  expect([await attached(d, first), await attached(d, await methodOf(d))]).toEqual([null, null])
})

test('the sweep finds a payment whose answer was lost; it only reads and never confirms', async () => {
  const d = await leftOpen()
  once(d, confirmation, lost)
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })
  expect(await itemOf(d)).toMatchObject({ status: 'open' })
  d.provider.asked.length = 0

  await sweep(d)

  expect(await d.invoice()).toMatchObject({ status: 'paid', paidAt: expect.any(String), failure: null })
  expect(ways(d.provider, /^POST/)).toEqual([])
  d.provider.asked.length = 0
  await sweep(d, 10_000)
  expect(d.provider.asked).toEqual([])
})

test('the sweep also finds a refusal whose answer was lost', async () => {
  const d = await leftOpen()
  once(d, confirmation, lost)
  expect(await d.pay('pm_card_chargeDeclined')).toMatchObject({ status: 503 })

  await sweep(d)

  expect(await d.invoice()).toMatchObject({ status: 'uncollectible', failure: expect.stringContaining('declined') })
})

test('a payment that never reached the provider is dropped, and an undecided one is checked until it is decided', async () => {
  const d = await leftOpen()
  once(d, confirmation, async () => 'drop')
  await d.pay('pm_card_visa')
  await sweep(d)
  expect(await itemOf(d)).toMatchObject({ status: 'open', failure: null })
  expect((await itemOf(d)).attempt).toBeUndefined()

  once(d, confirmation, lost)
  await d.pay('pm_card_visa')
  const undecided: Provider['around'] = async (request, pass) => {
    const answer = await pass()
    if (answer === 'drop' || request.method !== 'GET') return answer
    return { ...answer, body: answer.body.replace('"status":"succeeded"', '"status":"processing"') }
  }
  d.provider.around = undecided
  await sweep(d)
  expect(await itemOf(d)).toMatchObject({ status: 'open' })
  d.provider.around = (_, pass) => pass()
  await sweep(d, 901)
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
})

test('an attempt whose intent turns out to be canceled is over, even if no other intent can be created', async () => {
  const d = await leftOpen()
  once(d, confirmation, async (_, pass) => {
    const [intent] = d.provider.intents()
    await d.provider.dashboard.paymentIntents.cancel(intent?.id ?? '')
    once(d, creation, async () => 'drop')
    return pass()
  })

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })

  await sweep(d)
  expect((await itemOf(d)).attempt).toBeUndefined()
  d.provider.asked.length = 0
  await sweep(d, 10_000)
  expect(d.provider.asked).toEqual([])
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })
  expect(succeeded(d)).toHaveLength(1)
})

test('the sweep does not touch an attempt that may still be running', async () => {
  const d = await leftOpen()
  once(d, confirmation, lost)
  await d.pay('pm_card_visa')
  d.provider.asked.length = 0

  await d.world.run('runDeletion', [{ invoiceId: d.invoiceId }])

  expect(d.provider.asked).toEqual([])
  expect(await itemOf(d)).toMatchObject({ status: 'open', attempt: expect.any(String) })
})

test('the refusal of one attempt does not hide that the outcome of another is unknown', async () => {
  const d = await leftOpen()
  once(d, /^GET .*payment_intents\/pi_/, async (_, pass) => {
    const refused = await pass()
    // The turn of the first is over meanwhile.
    d.world.passSeconds(36)
    once(d, confirmation, lost)
    expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })
    return refused
  })
  expect(await d.pay('pm_card_chargeDeclined')).toMatchObject({ status: 503 })

  await sweep(d)

  expect(await d.invoice()).toMatchObject({ status: 'paid' })
})

test('after CHARGE_GIVE_UP_SECONDS the worker stops charging, however late a message arrives', async () => {
  const d = await owing('pm_card_visa', { CHARGE_GIVE_UP_SECONDS: '600' })
  d.provider.faults.paymentProvider = 'down'
  await d.world.run('runDeletion')
  d.provider.faults.paymentProvider = null
  d.world.passSeconds(600)
  d.provider.asked.length = 0

  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'open', failure: null })
  expect(confirmations(d)).toEqual([])
  expect(await d.pay('pm_card_mastercard')).toMatchObject({ status: 200, body: { status: 'paid' } })
})

test.each([[creation], [confirmation]])('a worker that is late at %s charges nothing once another has given up', async (wanted) => {
  const d = await owing('pm_card_visa', { CHARGE_GIVE_UP_SECONDS: '60' })
  once(d, confirmation, async () => 'drop')
  if (wanted === creation) once(d, creation, async () => 'drop')
  await d.world.run('runDeletion')
  d.world.passSeconds(2)
  const message = { deletionId: d.deletionId }
  let gaveUpAt: string | undefined
  once(d, wanted, async (_, pass) => {
    // Another worker gives up meanwhile, as soon as it may.
    d.world.passSeconds(60)
    for (let round = 0; (await deletionOf(d.world, d.workspaceId))?.step === 'chargeFinalInvoice' && round < 20; round++) {
      if (wanted === confirmation && round === 0) {
        await d.world.run('runDeletion', [message])
        expect(await itemOf(d)).not.toMatchObject({ handedOver: true })
        return pass()
      }
      await d.world.run('runDeletion', [message])
      d.world.passSeconds(16)
    }
    gaveUpAt = d.world.now.toISOString()
    return pass()
  })

  await d.world.run('runDeletion', [message])

  if (wanted === creation) {
    expect(gaveUpAt).toBeDefined()
    expect(succeeded(d)).toEqual([])
    expect(await d.invoice()).toMatchObject({ status: 'open' })
    return
  }
  await finish(d.world, d.workspaceId)
  expect(await d.invoice()).toMatchObject({ status: 'paid' })
})

test('a hand-over waits for a worker that may be charging, and at most 75 seconds for one that has died', async () => {
  const d = await owing('pm_card_visa', { CHARGE_GIVE_UP_SECONDS: '30' })
  const message = { deletionId: d.deletionId }
  once(d, confirmation, async () => 'drop')
  await d.world.run('runDeletion')
  d.world.passSeconds(2)
  once(d, confirmation, async () => 'drop')
  const { table } = d.world.services
  const { attempt } = table
  // It dies before it can say that its attempt has ended.
  const dying: typeof attempt = (...given) => {
    table.attempt = attempt
    return given[1].remove?.includes('workerUntil') ? Promise.reject(new Error('It has died')) : attempt.apply(table, given)
  }
  table.attempt = dying
  expect(await d.world.run('runDeletion', [message])).toHaveLength(1)
  d.world.passSeconds(29)

  await d.world.run('runDeletion', [message])
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ step: 'chargeFinalInvoice' })
  expect((await itemOf(d)).handedOver).toBeUndefined()
  d.world.passSeconds(47)
  await d.world.run('runDeletion', [message])

  expect(await itemOf(d)).toMatchObject({ status: 'open', handedOver: true })
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ step: 'completed' })
})

test('a late message does not make the worker charge a declined invoice again', async () => {
  const d = await owing('pm_card_chargeCustomerFail')
  once(d, confirmation, lost)
  await d.world.run('runDeletion')
  await d.pay('pm_card_chargeDeclined')
  expect(await itemOf(d)).toMatchObject({ status: 'uncollectible' })
  d.provider.asked.length = 0
  d.world.passSeconds(10)

  await d.world.run('runDeletion', [{ deletionId: d.deletionId }])

  expect(confirmations(d)).toEqual([])
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ step: 'completed' })
})

test('a worker stops if the invoice was meanwhile declined with a payer’s card', async () => {
  const d = await owing('pm_card_visa')
  once(d, creation, async (_, pass) => {
    expect(await d.pay('pm_card_chargeDeclined')).toMatchObject({ status: 200, body: { status: 'uncollectible' } })
    return pass()
  })

  await d.world.run('runDeletion')

  expect(await d.invoice()).toMatchObject({ status: 'uncollectible' })
  expect(metricsOf(d, 'ChargesPutOff')).toEqual([])
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ step: 'completed' })
})

test('a customer that is created for a payment is stored, and later payments use it', async () => {
  const d = await leftOpen()
  await d.pay('pm_card_chargeDeclined')
  d.world.passSeconds(25 * 3_600) // the provider has forgotten the idempotency key

  await d.pay('pm_card_visa')

  expect(d.provider.customers()).toHaveLength(1)
  expect(await itemOf(d)).toMatchObject({ status: 'paid', customerId: d.provider.customers()[0]?.id })
})

test('all requests of a payment share one deadline', async () => {
  const d = await leftOpen()
  const slow: Provider['around'] = (_, pass) => {
    d.world.passSeconds(7)
    return pass()
  }
  d.provider.around = slow

  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503 })

  expect(d.provider.asked.length).toBeLessThanOrEqual(3)
  d.provider.around = (_, pass) => pass()
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })
  expect(succeeded(d)).toHaveLength(1)
})

test('an amount that the provider finds too small is waived, by the worker and by payInvoice', async () => {
  const tooSmall: Provider['around'] = async (request, pass) =>
    creation.test(`${request.method} ${request.path}`) ? stripeError(400, { code: 'amount_too_small', param: 'amount' }) : pass()
  const worked = await owing('pm_card_visa')
  worked.provider.around = tooSmall
  await worked.finish()
  expect(await worked.invoice()).toMatchObject({ status: 'waived', failure: null, paidAt: null })
  const paid = await leftOpen()
  paid.provider.around = tooSmall

  expect(await paid.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'waived', failure: null } })

  paid.provider.asked.length = 0
  expect(await paid.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'waived' } })
  expect(paid.provider.asked).toEqual([])
})

test.each([['pm_card_visa'], [undefined]])(
  'what is above what can be charged at once is open, says so and rings, with the method %s',
  async (card) => {
    const d = await departure()
    if (card) await d.card(card)
    await d.use('storage', 15_000_000)
    await d.erase()
    await d.finish()
    expect(await d.invoice()).toMatchObject({ status: 'open', total: 105_000_000, failure: expect.stringContaining('another way') })
    expect(metricsOf(d, 'ChargesTooLarge')).toHaveLength(1)
    await d.mail()
    expect(d.world.mails.at(-1)?.text).toContain('another way')
    d.provider.asked.length = 0

    expect(await d.pay('pm_card_mastercard')).toMatchObject({
      status: 200,
      body: { status: 'open', failure: expect.stringContaining('another way') },
    })

    expect(d.provider.asked).toEqual([])
    expect(d.provider.intents()).toEqual([])
  },
)

test('an amount that the provider itself finds too large leaves the invoice open too', async () => {
  const d = await owing('pm_card_visa')
  d.provider.around = async (request, pass) =>
    creation.test(`${request.method} ${request.path}`) ? stripeError(400, { code: 'amount_too_large', param: 'amount' }) : pass()

  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'open', failure: expect.stringContaining('another way') })
  expect(metricsOf(d, 'ChargesTooLarge')).toHaveLength(1)
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'open' } })
})

test('a creation at which Stripe failed is searched for, then retried under another key', async () => {
  const failures: ('before' | 'after')[] = ['before', 'after']
  const d = await leftOpen()
  const provider = withProvider(d.world, { fails: (path) => (creation.test(`POST ${path}`) ? failures.shift() : undefined) })

  const answers = [await d.pay('pm_card_visa'), await d.pay('pm_card_visa'), await d.pay('pm_card_visa')]

  expect(answers.map(({ status }) => status)).toEqual([503, 503, 200])
  expect(provider.intents().map(({ status }) => status)).toEqual(['succeeded'])
})
