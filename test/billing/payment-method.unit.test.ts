import { expect, test } from 'vitest'
import { replacePaymentMethod } from '#shared/billing/payment-method.ts'
import { fingerprint } from '#shared/domain/ids.ts'
import type { Billing } from '#shared/domain/payment-method.ts'
import { slots } from '#shared/domain/payment-tries.ts'
import { Refusal } from '#shared/domain/refusals.ts'
import type { Workspace } from '#shared/domain/workspace.ts'
import { PaymentRefused, type Payments, ProviderAway, ProviderRejectsUs } from '#shared/payments/payments.ts'
import { absent } from '#shared/table/conditions.ts'
import * as keys from '#shared/table/design/keys.ts'
import { check, remove } from '#shared/table/engine.ts'
import { readBillingWithTries } from '#shared/table/invoices.ts'
import { accountId, agreeingProvider, billing, failing, failureOf, isoAt, place, start, workspaceId } from '#test/support/billing-unit.ts'
import { memoryTable } from '#test/support/memory-table.ts'
import { rawKey } from '#test/support/raw-key.ts'

const workspace: Workspace = {
  id: workspaceId,
  name: 'Blue Team',
  status: 'active',
  memberCount: 1,
  adminCount: 1,
  pendingCount: 0,
  apiKeyCount: 0,
  usageShards: 8,
  createdAt: isoAt(-9),
  createdBy: accountId,
  updatedAt: isoAt(-9),
}
const visa = { provider: 'stripe', brand: 'visa', last4: '4242' }
const forbidden = new Refusal('forbidden', 'No longer.')
const away = failing(new ProviderAway('Lost'))

/** A workspace in a table in memory, whose payment method somebody sets who may do so as long as `demoted` is not there. */
async function workplace(kept?: Billing, instead: Partial<Payments> = {}) {
  const table = memoryTable()
  const provider = agreeingProvider(instead)
  const time = { now: start }
  await place(table, keys.workspace(workspaceId), workspace)
  if (kept) await place(table, keys.billing(workspaceId), kept)
  const demotedKey = rawKey({ pk: 'DEMOTED', sk: 'DEMOTED' })
  const set = async (paymentMethodId = 'pm_1', seen = workspace, meanwhile = async (): Promise<unknown> => undefined) => {
    const beside = await readBillingWithTries(table, workspaceId, accountId)
    await meanwhile()
    return replacePaymentMethod({
      table,
      payments: provider.payments,
      clock: () => time.now,
      now: start,
      remaining: () => 29_000,
      authorizationCheck: check(demotedKey, absent('pk'), () => forbidden),
      workspace: seen,
      beside,
      accountId,
      paymentMethodId,
    })
  }
  return {
    table,
    provider,
    set,
    pass: (seconds: number) => {
      time.now = new Date(time.now.getTime() + seconds * 1_000)
    },
    demote: () => place(table, demotedKey, {}),
    kept: () => table.get(keys.billing(workspaceId)),
    tries: async () => {
      const tries = await table.get(keys.paymentTries(accountId))
      return slots.filter((slot) => tries?.[slot]).length
    },
  }
}

test('the first payment method is attached to a new customer and stored', async () => {
  const w = await workplace()

  expect(await w.set()).toEqual(visa)

  expect(w.provider.asked).toEqual([['account'], ['createCustomer', workspaceId], ['attach', 'cus_1', 'pm_1']])
  const { pk: _, sk: __, v: ___, ...kept } = { pk: '', sk: '', v: 1, ...(await w.kept()) }
  expect(kept).toEqual({ ...visa, account: 'acct_1 test', customerId: 'cus_1', paymentMethodId: 'pm_1' })
  expect(await w.tries()).toBe(0)
})

test('a new payment method replaces it at the same customer; the previous one is detached and remembered', async () => {
  const w = await workplace({ ...billing, former: ['pm_older'] })

  expect(await w.set()).toEqual(visa)

  expect(w.provider.asked).toEqual([['account'], ['attach', 'cus_kept', 'pm_1'], ['detach', 'pm_kept']])
  expect(await w.kept()).toMatchObject({ customerId: 'cus_kept', paymentMethodId: 'pm_1', former: ['pm_kept', 'pm_older'] })
})

test('setting the stored payment method again returns it unchanged, without account, customer and ids', async () => {
  const w = await workplace({ ...billing, brand: 'amex', former: ['pm_older'] })

  expect(await w.set('pm_kept')).toEqual({ provider: 'stripe', brand: 'amex' })

  expect(w.provider.asked).toEqual([])
})

test('a customer that the provider no longer has is created again', async () => {
  let times = 0
  const gone = new PaymentRefused({ kind: 'customerMissing' })
  const w = await workplace(billing, { attach: async (_, paymentMethodId) => (times++ === 0 ? Promise.reject(gone) : { paymentMethodId }) })

  expect(await w.set()).toStrictEqual({ provider: 'stripe' })

  expect(w.provider.asked.slice(1, 4)).toEqual([
    ['attach', 'cus_kept', 'pm_1'],
    ['createCustomer', workspaceId, 'cus_kept'],
    ['attach', 'cus_1', 'pm_1'],
  ])
  expect(await w.kept()).toMatchObject({ customerId: 'cus_1' })
})

test('a refused payment method answers 400 for its field, costs a try, and changes nothing', async () => {
  const w = await workplace(billing, { attach: failing(new PaymentRefused({ kind: 'declined', declineCode: 'expired_card' })) })

  const detail = 'The card has expired. Use another card.'
  expect(await failureOf(w.set())).toMatchObject({
    code: 'payment_method_refused',
    message: detail,
    errors: [{ pointer: '/paymentMethodId', detail }],
  })

  expect(w.provider.of('createCustomer')).toEqual([])
  expect([await w.tries(), (await w.kept())?.paymentMethodId]).toEqual([1, 'pm_kept'])
})

test('a provider that is down, and ids of another account, answer 503 and cost no try', async () => {
  const lost = await workplace(billing, { attach: away })
  expect(await failureOf(lost.set())).toMatchObject({ code: 'unavailable', retryAfter: 30, cause: expect.any(ProviderAway) })
  expect(await lost.tries()).toBe(0)

  const other = await workplace({ ...billing, account: 'acct_2 live' })
  expect(await failureOf(other.set())).toMatchObject({ code: 'unavailable', cause: expect.any(ProviderRejectsUs) })
  expect(other.provider.of('attach')).toEqual([])
})

test('an internal error stays an internal error', async () => {
  const w = await workplace(billing, { attach: failing(new TypeError('A bug')) })

  expect(await failureOf(w.set())).toMatchObject({ message: 'A bug' })
})

test('no request to the provider begins after 16 seconds', async () => {
  const w = await workplace()
  w.provider.instead.createCustomer = async () => {
    w.pass(16)
    return 'cus_1'
  }

  expect(await failureOf(w.set())).toMatchObject({ code: 'unavailable' })

  expect(w.provider.of('attach')).toEqual([])
})

test('without a provider nothing is read and nobody is asked', async () => {
  const w = await workplace()
  const question = { table: w.table, clock: () => start, now: start, remaining: () => 29_000, accountId, paymentMethodId: 'pm_1' }
  const setting = {
    payments: undefined,
    authorizationCheck: check(keys.workspace(workspaceId), absent('no')),
    workspace,
    beside: { billing: undefined, tries: undefined },
  }

  expect(await failureOf(replacePaymentMethod({ ...question, ...setting }))).toMatchObject({ code: 'unavailable', retryAfter: 3_600 })

  expect(await w.table.get(keys.workspace(workspaceId))).not.toHaveProperty('paymentTurns')
})

test('a person who has lost the right meanwhile sets nothing: what they attached is detached', async () => {
  const w = await workplace(billing, {
    attach: async (_, paymentMethodId) => {
      await w.demote()
      return { paymentMethodId }
    },
  })

  expect(await failureOf(w.set())).toBe(forbidden)

  expect(w.provider.of('detach')).toEqual([['detach', 'pm_1']])
  expect([(await w.kept())?.paymentMethodId, await w.tries()]).toEqual(['pm_kept', 0])
})

test('nothing is detached while the payment method may have been stored', async () => {
  const w = await workplace(billing, {
    attach: async (_, paymentMethodId) => {
      await w.table.change(keys.billing(workspaceId), { set: { paymentMethodId: 'pm_theirs' } })
      return { paymentMethodId }
    },
  })

  expect(await failureOf(w.set())).toMatchObject({ code: 'unavailable', retryAfter: 1 })
  expect(w.provider.of('detach')).toEqual([])

  const busy = await workplace(billing)
  const unwritten = new Refusal('unavailable', 'Busy.')
  busy.provider.instead.attach = async (_, paymentMethodId) => {
    busy.table.write = () => Promise.reject(unwritten)
    return { paymentMethodId }
  }
  expect(await failureOf(busy.set())).toBe(unwritten)
  expect(busy.provider.of('detach')).toEqual([])
})

test('a payment method that cannot be detached holds up nothing', async () => {
  const w = await workplace(billing, { detach: away })

  expect(await w.set()).toEqual(visa)

  expect((await w.kept())?.former).toEqual(['pm_kept'])
})

test('no payment method can be set in a workspace that is being deleted or gone', async () => {
  const w = await workplace()
  expect(await failureOf(w.set('pm_1', { ...workspace, status: 'deleting' }))).toMatchObject({ code: 'workspace_not_found' })

  const late = await workplace()
  const turn = { by: 'other', of: 'another', until: isoAt(35) }
  const begin = () => late.table.change(keys.workspace(workspaceId), { set: { status: 'deleting' } })
  expect(await failureOf(late.set('pm_1', { ...workspace, paymentTurns: [turn] }, begin))).toMatchObject({ code: 'workspace_not_found' })
  const gone = await workplace()
  const vanish = () => gone.table.write(remove(keys.workspace(workspaceId)))
  expect(await failureOf(gone.set('pm_1', { ...workspace, paymentTurns: [turn] }, vanish))).toMatchObject({ code: 'workspace_not_found' })
  expect([...gone.provider.asked, ...w.provider.asked, ...late.provider.asked]).toEqual([])
})

test('after waiting, the same payment method set meanwhile is returned, and a different one is replaced', async () => {
  const turn = { by: 'other', of: 'another', until: isoAt(35) }
  for (const theirs of ['pm_1', 'pm_theirs']) {
    const w = await workplace()
    const meanwhile = () => place(w.table, keys.billing(workspaceId), { ...billing, paymentMethodId: theirs, brand: 'amex' })

    expect(await w.set('pm_1', { ...workspace, paymentTurns: [turn] }, meanwhile)).toMatchObject({
      brand: theirs === 'pm_1' ? 'amex' : 'visa',
    })

    expect(w.provider.of('detach')).toEqual(theirs === 'pm_1' ? [] : [['detach', 'pm_theirs']])
  }
})

test('a turn is taken only if the payment method is still the one that was read', async () => {
  const w = await workplace()
  const meanwhile = () => place(w.table, keys.billing(workspaceId), { ...billing, paymentMethodId: 'pm_1', brand: 'amex' })

  expect(await w.set('pm_1', workspace, meanwhile)).toEqual({ provider: 'stripe', brand: 'amex' })

  expect(w.provider.asked).toEqual([])
})

test('a turn belongs to the workspace and follows the turns that were read', async () => {
  const w = await workplace(undefined, {
    attach: async (_, paymentMethodId) => {
      expect(await w.table.get(keys.workspace(workspaceId))).toMatchObject({ paymentTurns: [{ until: isoAt(35) }] })
      return { paymentMethodId }
    },
  })
  const outcome = { answer: { provider: 'stripe', brand: 'theirs' } }
  const theirs = { by: 'other', of: fingerprint('pm_1').slice(0, 24), until: isoAt(0), outcome }
  const before = () => w.table.change(keys.workspace(workspaceId), { set: { paymentTurns: [theirs] } })

  expect(await w.set('pm_0')).toEqual({ provider: 'stripe' })

  expect(await w.set('pm_1', workspace, before)).toEqual(outcome.answer)
  expect(w.provider.of('attach')).toHaveLength(1)
})

test('a payment method that is attached while the deletion begins is not stored, and is detached', async () => {
  const w = await workplace(undefined, {
    attach: async (_, paymentMethodId) => {
      await w.table.change(keys.workspace(workspaceId), { set: { status: 'deleting' } })
      return { paymentMethodId }
    },
  })

  expect(await failureOf(w.set())).toMatchObject({ code: 'workspace_not_found' })

  expect([await w.kept(), w.provider.of('detach')]).toEqual([undefined, [['detach', 'pm_1']]])
})
