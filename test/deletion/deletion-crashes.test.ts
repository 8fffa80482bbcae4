import { expect, test } from 'vitest'
import { finalInvoiceIdOf } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type Departure, deletionOf, departure, finish, leftoversOf } from '../support/departure.ts'
import { atEveryCrash, mortal } from '../support/faults.ts'
import { tamper } from '../support/scene.ts'

/** A workspace of Ann's with a little of everything. */
async function team({ world, ann }: Departure) {
  const { body: workspace } = await world.call('createWorkspace', { as: ann.token, body: { name: 'Team' } })
  const path = { workspaceId: workspace.id as string }
  const here = (name: string, body: object) => world.call(name, { as: ann.token, path, body })
  // Two shards instead of eight: fewer moments, and none that is different.
  await tamper(world, keys.workspace(path.workspaceId), { usageShards: 2 })
  await here('createProject', { name: 'Rocket' })
  await here('setPaymentMethod', { paymentMethodId: 'pm_card_visa' })
  const { body } = await here('createApiKey', { name: 'Reporter' })
  const events = Array.from({ length: 6 }, (_, i) => ({ id: `event-${i}`, meter: 'storage', quantity: 5 }))
  await world.call('reportUsage', { as: body.secret, body: { events } })
  return path
}

const erase = ({ world, ann }: Departure, path: { workspaceId: string }, services = world.services) =>
  world.call('deleteWorkspace', { as: ann.token, path, query: { confirm: 'Team' } }, services)

/** What came of a deletion: the same, whatever happened on the way. */
async function outcomeOf({ world, ann, provider }: Departure, { workspaceId }: { workspaceId: string }) {
  const path = { invoiceId: finalInvoiceIdOf(workspaceId) }
  const { body: invoice } = await world.call('getInvoice', { as: ann.token, path })
  const deletion = await deletionOf(world, workspaceId)
  return {
    status: invoice.status,
    total: invoice.total,
    charges: provider.charges(workspaceId).map(({ amount, status }) => ({ amount, status })),
    intents: provider.intents().filter(({ metadata }) => metadata.workspaceId === workspaceId).length,
    step: deletion?.step,
    purged: deletion?.purged,
    leftovers: await leftoversOf(world, workspaceId),
  }
}

const right = {
  status: 'paid',
  total: 210,
  charges: [{ amount: 210, status: 'succeeded' }],
  intents: 1,
  step: 'completed',
  purged: { apiKey: 1, usageEvent: 6, usageCounter: 2, member: 1, memberAddress: 1, project: 1, paymentMethod: 1 },
  leftovers: [],
}

test('a worker’s death before or after any call to AWS or to the provider does not change the outcome of a deletion', async () => {
  const d = await departure()

  const died = await atEveryCrash(async (dieAt) => {
    const path = await team(d)
    await erase(d, path)
    const { services, moments } = mortal(d.world, dieAt)
    await d.world.run('runDeletion', undefined, services)
    await finish(d.world, path.workspaceId)

    expect(await outcomeOf(d, path), `died at ${dieAt}`).toEqual(right)
    return { moments }
  })

  expect(died).toBeGreaterThan(50)
})

test('a DELETE that dies anywhere has either begun the deletion, which then completes, or done nothing', async () => {
  const d = await departure()

  await atEveryCrash(async (dieAt) => {
    const path = await team(d)
    const { services, moments } = mortal(d.world, dieAt)
    const { status } = await erase(d, path, services)
    const hasBegun = (await deletionOf(d.world, path.workspaceId)) !== undefined
    if (!hasBegun) await erase(d, path)
    await finish(d.world, path.workspaceId)

    expect(hasBegun || status !== 202, `died at ${dieAt}`).toBe(true)
    expect(await outcomeOf(d, path), `died at ${dieAt}`).toEqual(right)
    return { moments }
  })
})

test('a sweep that dies anywhere loses no deletion whose message was lost', async () => {
  const d = await departure()

  await atEveryCrash(async (dieAt) => {
    const path = await team(d)
    await erase(d, path)
    d.world.queued = []
    d.world.passSeconds(16)
    const { services, moments } = mortal(d.world, dieAt)
    await d.world.run('cleanUp', undefined, services).catch(() => {})
    await finish(d.world, path.workspaceId)

    expect(await outcomeOf(d, path), `died at ${dieAt}`).toEqual(right)
    return { moments }
  })
})

test('a mailer that dies anywhere mails the invoice once, or twice if it died between SES and its write', async () => {
  const d = await departure()

  await atEveryCrash(async (dieAt) => {
    const path = await team(d)
    await erase(d, path)
    await finish(d.world, path.workspaceId)
    d.world.mails.length = 0
    const { services, moments } = mortal(d.world, dieAt)
    await d.world.run('sendMail', undefined, services)
    d.world.passSeconds(61)
    await d.world.run('cleanUp')
    await d.world.run('sendMail')

    expect(d.world.mails.length, `died at ${dieAt}`).toBeGreaterThanOrEqual(1)
    expect(d.world.mails.length, `died at ${dieAt}`).toBeLessThanOrEqual(2)
    return { moments }
  })
})
