import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { type Departure, departure } from '../support/departure.ts'
import { atEveryCrash, mortal } from '../support/faults.ts'

/** An invoice over 7 USD that is owed, with a card of which it is said how it behaves; its workspace is purged. */
async function owed(card?: string): Promise<Departure> {
  const d = await departure({ CHARGE_GIVE_UP_SECONDS: '60' })
  if (card) await d.card(card)
  await d.use('storage', 100)
  await d.erase()
  await d.finish()
  return d
}

const cancelAll = async ({ provider }: Departure) => {
  for (const { id } of provider.intents()) await provider.dashboard.paymentIntents.cancel(id)
}
const loseAll = async ({ provider }: Departure) => {
  for (const { id } of provider.customers()) await provider.dashboard.customers.del(id)
}

async function sweep({ world }: Departure) {
  world.passSeconds(76)
  await world.run('cleanUp')
  await world.run('runDeletion')
}

/** The provider has charged once, and the invoice knows. */
async function expectPaidOnce(d: Departure, about: string) {
  const invoice = await d.world.services.table.get(keys.invoice(d.invoiceId))
  expect({ about, status: invoice?.status, attempt: invoice?.attempt }).toEqual({ about, status: 'paid', attempt: undefined })
  expect(d.charges().filter(({ status }) => status === 'succeeded')).toHaveLength(1)
  const alive = d.provider.intents().filter(({ status }) => status !== 'canceled')
  expect(alive.map(({ status }) => status)).toEqual(['succeeded'])
}

test.each<[string, string | undefined, (d: Departure) => Promise<void>]>([
  ['nobody has charged before', undefined, async () => {}],
  ['whose intent was canceled', 'pm_card_chargeCustomerFail', cancelAll],
  ['whose customer is gone', 'pm_card_chargeCustomerFail', loseAll],
])(
  'a payment of an invoice %s that dies anywhere charges once, and what it did is found by the sweep',
  async (_, card, happen) => {
    const died = await atEveryCrash(async (dieAt) => {
      const d = await owed(card)
      await happen(d)
      const { services, moments } = mortal(d.world, dieAt)
      const ask = { as: d.ann.token, path: { invoiceId: d.invoiceId }, body: { paymentMethodId: 'pm_card_visa' } }
      await d.world.call('payInvoice', ask, services)
      const hasCharged = d.charges().some(({ status }) => status === 'succeeded')
      await sweep(d)
      if (hasCharged) expect(await d.invoice()).toMatchObject({ status: 'paid' })

      expect(await d.pay('pm_card_mastercard')).toMatchObject({ status: 200, body: { status: 'paid' } })

      await expectPaidOnce(d, `died at ${dieAt}`)
      return { moments }
    })

    expect(died).toBeGreaterThan(8)
  },
  120_000,
)

test('what an invoice owes to the provider is done in the end, wherever the processes die', async () => {
  await atEveryCrash(async (dieAt) => {
    const d = await owed('pm_provider_down')
    // The card was charged, and nobody heard of it.
    const { intentId } = (await d.world.services.table.get(keys.invoice(d.invoiceId))) ?? {}
    await d.provider.dashboard.paymentIntents.confirm(intentId ?? '', { payment_method: 'pm_card_visa' })
    d.world.passSeconds(100)
    await d.world.run('cleanUp')
    const { services, moments } = mortal(d.world, dieAt)
    await d.world.run('runDeletion', undefined, services)
    await sweep(d)
    await sweep(d)

    await expectPaidOnce(d, `died at ${dieAt}`)
    const invoice = await d.world.services.table.get(keys.invoice(d.invoiceId))
    const { customer } = await d.provider.dashboard.paymentMethods.retrieve(invoice?.billing?.paymentMethodId ?? '')
    expect([invoice?.detached, customer, `died at ${dieAt}`]).toEqual([true, null, `died at ${dieAt}`])
    return { moments }
  })
})
