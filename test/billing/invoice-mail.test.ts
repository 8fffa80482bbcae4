import { expect, onTestFinished, test } from 'vitest'
import { finalInvoiceIdOf } from '#shared/domain/ids.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import { later } from '#shared/domain/time.ts'
import type { Key } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import { mailboxOf } from '#shared/table/invitations.ts'
import { departure, finish } from '../support/departure.ts'
import { allRows, kindOf } from '../support/invariants.ts'
import { sesEvent, type Twist } from '../support/mail-events.ts'
import { putAll } from '../support/scene.ts'
import { createWorld, signUp, tokenOf, type World } from '../support/world.ts'

const annsAddress = 'ann@example.com'
const daySeconds = 86_400

const readers = async ({ services }: World) => (await allRows(services.table)).filter((row) => kindOf(row) === 'Reader')

/** Nobody's e-mail is owed any more, and the clean-up finds nothing to ask for. */
async function expectNothingOwed(world: World): Promise<void> {
  for (const row of await readers(world)) expect(row).not.toMatchObject({ outbox: true })
  world.passSeconds(10 * daySeconds)
  await world.run('cleanUp')
  expect(world.queued.filter(({ queue }) => queue === 'mail')).toEqual([])
}

/** Blue Team is deleted, and its invoice's e-mail to Ann is with SES. */
async function invoiced() {
  const d = await departure()
  const { world, ann } = d
  await d.erase()
  await d.finish()
  expect(await d.mail()).toEqual([])
  const reader = async () => {
    const row = await world.services.table.get(keys.reader({ invoiceId: d.invoiceId, accountId: ann.id }))
    return { ...row!, messageId: row?.messageId ?? '' }
  }
  const tags = { invoice: [d.invoiceId], account: [ann.id] }
  return {
    ...d,
    reader,
    tags,
    report: async (type: Parameters<typeof sesEvent>[0], twist: Twist = {}) =>
      world.run('recordDelivery', [sesEvent(type, {} as Invitation, { messageId: (await reader()).messageId, tags, ...twist })]),
    block: async () => await world.services.table.get(keys.mailBlock(mailboxOf(annsAddress))),
  }
}

/** An address has bounced elsewhere, in a workspace that is none of this. */
const block = (world: World, address: string) =>
  putAll(world, [{ ...keys.mailBlock(mailboxOf(address)), reason: 'bounced', until: later(world.now, daySeconds) }])

test('deleting twelve workspaces mails nothing to an unverified address, and leaves no e-mail owed', async () => {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const as = tokenOf('boss@corp.example', { verified: false, sub: 'mallory' })
  await world.call('createAccount', { as })

  for (let i = 0; i < 12; i++) {
    const { body } = await world.call('createWorkspace', { as, body: { name: 'Bait' } })
    await world.call('deleteWorkspace', { as, path: { workspaceId: body.id }, query: { confirm: 'Bait' } })
    await finish(world, body.id)
    expect(await world.run('sendMail')).toEqual([])
  }

  expect(world.mails).toEqual([])
  expect(await readers(world)).toHaveLength(12)
  await expectNothingOwed(world)
  expect((await world.call('listMyInvoices', { as })).body.data).toHaveLength(12)
})

test('an older account that does not say whether its address is verified gets no e-mail either', async () => {
  const d = await departure()
  await d.world.services.table.change(keys.account(d.ann.id), { remove: ['emailVerified', 'emailIssuedAt'] })

  await d.erase()
  await d.finish()
  expect(await d.mail()).toEqual([])

  expect(d.world.mails).toEqual([])
  await expectNothingOwed(d.world)
})

test('the invoice goes to the account’s verified address at the time of sending', async () => {
  const d = await departure()
  await d.erase()
  await d.finish()
  await d.world.call('createAccount', { as: tokenOf('ann@new.example', { sub: annsAddress, iat: 1_764_000_100 }) })

  await d.mail()

  expect(d.world.mails.map(({ to }) => to)).toEqual(['ann@new.example'])
})

test('an invoice for an address that bounced is postponed until the block ends, however often it is requested', async () => {
  const d = await departure()
  const { world } = d
  await block(world, annsAddress)
  await d.erase()
  await d.finish()

  for (let hour = 0; hour < 23; hour++) {
    expect(await d.mail()).toEqual([])
    world.passSeconds(3_600)
    await world.run('cleanUp')
  }
  expect(await world.run('sendMail', [{ kind: 'invoice', invoiceId: d.invoiceId, accountId: d.ann.id }])).toEqual([])
  expect(world.mails).toEqual([])

  world.passSeconds(3_700)
  await world.run('cleanUp')
  expect(await d.mail()).toEqual([])

  expect(world.mails.map(({ to }) => to)).toEqual([annsAddress])
  await expectNothingOwed(world)
})

test('the e-mail is requested only once the block has ended', async () => {
  const d = await departure()
  const { world } = d
  await block(world, annsAddress)
  await d.erase()
  await d.finish()
  await d.mail()

  world.passSeconds(3_600)
  await world.run('cleanUp')

  expect(world.queued.filter(({ queue }) => queue === 'mail')).toEqual([])
})

test('a repeatedly blocked address is given up a week after the invoice was issued', async () => {
  const d = await departure()
  const { world } = d
  await block(world, annsAddress)
  await d.erase()
  await d.finish()

  for (let days = 0; days < 8; days++) {
    expect(await d.mail()).toEqual([])
    world.passSeconds(daySeconds - 10)
    await block(world, annsAddress)
    world.passSeconds(20)
    await world.run('cleanUp')
  }
  await d.mail()

  expect(world.mails).toEqual([])
  await expectNothingOwed(world)
})

test('a block that begins while the mailer is working is respected', async () => {
  const d = await departure()
  const { world } = d
  const eve = await signUp(world, 'eve@example.com')
  await world.call('createInvitations', { as: eve.token, path: { workspaceId: eve.workspaceId }, body: { emails: [annsAddress] } })
  await d.mail()
  const [invitation] = (await allRows(world.services.table)).filter((row) => kindOf(row) === 'Invitation') as unknown as [Invitation]
  await d.erase()
  await d.finish()
  const { table } = world.services
  const get = table.get.bind(table)
  let bounced = false
  // It bounces after the mailer has read that the e-mail is owed.
  table.get = (async (wanted: Key) => {
    const found = await get(wanted)
    if (!bounced) {
      bounced = true
      expect(await world.run('recordDelivery', [sesEvent('Bounce', invitation)])).toEqual([])
    }
    return found
  }) as typeof table.get

  expect(await d.mail()).toEqual([])

  expect(world.mails.map(({ to, tags }) => [to, tags && Object.keys(tags)])).toEqual([[annsAddress, ['invitation', 'send']]])
})

test('the e-mail is tagged with the ids that match its events, and with no address', async () => {
  const d = await invoiced()

  const { tags } = d.world.mails[0]!

  expect(tags).toEqual({ invoice: d.invoiceId, account: d.ann.id })
  for (const value of Object.values(tags!)) expect(value).toMatch(/^[\w-]{1,256}$/)
  expect(JSON.stringify(await d.reader())).not.toContain('@')
})

test.for([
  ['Bounce', 'bounced'],
  ['Complaint', 'complained'],
] as const)('after a %s of an invoice the address is not written to for 24 hours, by anybody', async ([type, reason]) => {
  const d = await invoiced()
  const { world } = d
  const eve = await signUp(world, 'eve@example.com')
  const invite = () =>
    world.call('createInvitations', { as: eve.token, path: { workspaceId: eve.workspaceId }, body: { emails: [annsAddress] } })

  expect(await d.report(type)).toEqual([])

  expect(await d.block()).toMatchObject({ reason })
  expect((await invite()).body.results[0]).toMatchObject({ invitation: { delivery: reason } })
  expect(world.queued.filter(({ queue }) => queue === 'mail')).toEqual([])
  world.passSeconds(daySeconds + 1)
  expect((await invite()).body.results[0]).toMatchObject({ invitation: { delivery: 'queued' } })
})

test('a repeated event does not extend the 24 hours', async () => {
  const d = await invoiced()
  await d.report('Bounce')
  const before = await d.block()
  d.world.passSeconds(3_600)

  for (let i = 0; i < 3; i++) expect(await d.report('Bounce')).toEqual([])

  expect(await d.block()).toEqual(before)
})

test('the address that the e-mail went to is blocked, even if the account’s address has changed since', async () => {
  const d = await invoiced()
  await d.world.call('createAccount', { as: tokenOf('ann@new.example', { sub: annsAddress, iat: 1_764_000_100 }) })

  await d.report('Bounce')

  expect(await d.block()).toMatchObject({ reason: 'bounced' })
  expect(await d.world.services.table.get(keys.mailBlock(mailboxOf('ann@new.example')))).toBeUndefined()
})

test.for([
  ['a delivery', 'Delivery', {}],
  ['a transient bounce', 'Bounce', { bounceType: 'Transient' }],
  ['a rejection', 'Reject', {}],
  ['another message', 'Bounce', { messageId: 'forged-000000' }],
  ['an invoice that there never was', 'Bounce', { tags: { invoice: [`in_${'0'.repeat(26)}`], account: [`acc_${'0'.repeat(26)}`] } }],
  ['a text that is no invoice', 'Bounce', { tags: { invoice: [annsAddress], account: [annsAddress] } }],
  ['nobody', 'Bounce', { tags: { invoice: [`in_${'0'.repeat(26)}`] } }],
] as const)('an event of %s blocks nothing', async ([, type, twist]) => {
  const d = await invoiced()

  expect(await d.report(type, twist as unknown as Twist)).toEqual([])

  expect(await d.block()).toBeUndefined()
})

test('an event that arrives before the e-mail’s id is stored is retried, and then counts', async () => {
  const d = await departure()
  const { world, ann } = d
  await d.erase()
  await d.finish()
  const tags = { invoice: [finalInvoiceIdOf(d.workspaceId)], account: [ann.id] }
  const event = sesEvent('Bounce', {} as Invitation, { messageId: 'early', tags })
  const early: unknown[] = []
  const send = async () => {
    early.push(...(await world.run('recordDelivery', [event])))
    return 'early'
  }
  await world.run('sendMail', undefined, { ...world.services, mail: { send } })

  expect(await world.run('recordDelivery', [event])).toEqual([])

  expect(early).toEqual([{ itemIdentifier: '0' }])
  expect(await world.services.table.get(keys.mailBlock(mailboxOf(annsAddress)))).toMatchObject({ reason: 'bounced' })
})

test('an older e-mail without a stored id ignores events', async () => {
  const d = await invoiced()
  const { messageId } = await d.reader()
  await d.world.services.table.change(keys.reader({ invoiceId: d.invoiceId, accountId: d.ann.id }), {
    remove: ['messageId', 'mailbox', 'delivery'],
  })

  expect(await d.report('Bounce', { messageId })).toEqual([])

  expect(await d.block()).toBeUndefined()
})
