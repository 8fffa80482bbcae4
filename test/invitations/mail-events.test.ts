import { expect, test } from 'vitest'
import { invitationPlace } from '#shared/domain/ids.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import { readMailEvent } from '#shared/mail/ses-event.ts'
import * as keys from '#shared/table/design/keys.ts'
import { mailboxOf } from '#shared/table/invitations.ts'
import { allRows, problemsOf } from '../support/invariants.ts'
import { sesEvent, type Twist } from '../support/mail-events.ts'
import { scene, tamper } from '../support/scene.ts'
import { signUp } from '../support/world.ts'

const bobsAddress = 'bob@example.com'
const daySeconds = 86_400

/** Ann has invited Bob, and the e-mail is with SES. */
async function invited() {
  const team = await scene()
  const { world } = team
  const { body } = await team.invite(bobsAddress)
  await team.mail()
  const id = body.results[0].invitation.id as string
  const place = invitationPlace(id)!
  const row = async (): Promise<Invitation> => (await world.services.table.get(keys.invitation(place)))!
  return {
    ...team,
    id,
    row,
    block: async () => await world.services.table.get(keys.mailBlock(mailboxOf(bobsAddress))),
    report: async (type: Parameters<typeof sesEvent>[0], twist?: Twist, about?: Invitation) =>
      world.run('recordDelivery', [sesEvent(type, about ?? (await row()), twist)]),
    resend: () => team.here('resendInvitation', { path: { invitationId: id } }),
    shown: async () => (await team.pending())[0]?.delivery as string | undefined,
  }
}

test.for([
  ['Bounce', 'bounced'],
  ['Complaint', 'complained'],
] as const)('after a %s the invitation shows %s, and the address is not written to for 24 hours', async ([type, shown]) => {
  const bob = await invited()
  const { world } = bob

  expect(await bob.report(type)).toEqual([])

  expect(await bob.shown()).toBe(shown)
  world.passSeconds(61)
  const refused = await bob.resend()
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
  expect(refused.headers['retry-after']).toBe(String(daySeconds - 61))
  expect((await bob.invite(bobsAddress)).body.results[0]).toMatchObject({ outcome: 'resent', invitation: { delivery: shown } })
  expect(world.queued).toEqual([])
  world.passSeconds(daySeconds)
  expect(await bob.resend()).toMatchObject({ status: 200, body: { delivery: 'queued' } })
  await bob.mail()
  expect(world.mails).toHaveLength(2)
  expect(await bob.shown()).toBe('sent')
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('an e-mail carries the ids by which its events are matched, and no address', async () => {
  const bob = await invited()

  const { tags } = bob.world.mails[0]!

  expect(tags).toEqual({ invitation: bob.id, send: '1' })
  for (const value of Object.values(tags!)) expect(value).toMatch(/^[\w-]{1,256}$/)
})

test('other workspaces do not mail a bounced address either, even if their e-mail was already queued', async () => {
  const bob = await invited()
  const { world } = bob
  const eve = await signUp(world, 'eve@example.com')
  const path = { workspaceId: eve.workspaceId }
  const inviteAsEve = () => world.call('createInvitations', { as: eve.token, path, body: { emails: [bobsAddress] } })
  await inviteAsEve()
  await bob.report('Bounce')

  expect(await world.run('sendMail')).toEqual([])

  expect(world.mails).toHaveLength(1)
  const listed = await world.call('listInvitations', { as: eve.token, path })
  expect(listed.body.data).toMatchObject([{ delivery: 'bounced' }])
  world.passSeconds(120)
  await world.run('cleanUp')
  expect(world.queued).toEqual([])
  expect((await inviteAsEve()).body.results[0]).toMatchObject({ outcome: 'resent', invitation: { delivery: 'bounced' } })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('an e-mail that SES rejects shows as not sent, and the address may still be mailed', async () => {
  const bob = await invited()

  await bob.report('Reject')

  expect(await bob.shown()).toBe('suppressed')
  expect(await bob.block()).toBeUndefined()
  bob.world.passSeconds(60)
  expect(await bob.resend()).toMatchObject({ status: 200, body: { delivery: 'queued' } })
})

test.for([
  ['Delivery', {}],
  ['Send', {}],
  ['DeliveryDelay', {}],
  ['Bounce', { bounceType: 'Transient' }],
] as const)('a %s (%o) changes nothing', async ([type, twist]) => {
  const bob = await invited()
  const before = await allRows(bob.world.services.table)

  expect(await bob.report(type, twist)).toEqual([])

  expect(await allRows(bob.world.services.table)).toEqual(before)
})

test('a bounce of undetermined cause counts: the e-mail came back', async () => {
  const bob = await invited()

  await bob.report('Bounce', { bounceType: 'Undetermined' })

  expect(await bob.shown()).toBe('bounced')
})

const orders = [
  { order: ['Bounce', 'Delivery'], shown: 'bounced' },
  { order: ['Delivery', 'Bounce'], shown: 'bounced' },
  { order: ['Complaint', 'Delivery'], shown: 'complained' },
  { order: ['Bounce', 'Complaint'], shown: 'complained' },
  { order: ['Complaint', 'Bounce'], shown: 'complained' },
  { order: ['Complaint', 'Reject'], shown: 'complained' },
] as const

test.for(orders)('events that come as $order show $shown', async ({ order, shown }) => {
  const bob = await invited()

  for (const type of order) await bob.report(type)

  expect(await bob.shown()).toBe(shown)
})

test('a repeated event does not extend the 24 hours', async () => {
  const bob = await invited()
  await bob.report('Bounce')
  const before = await bob.block()
  bob.world.passSeconds(3_600)

  for (let i = 0; i < 3; i++) await bob.report('Bounce')

  expect(await bob.block()).toEqual(before)
})

test('the same event twice at once is one event', async () => {
  const bob = await invited()
  const event = sesEvent('Bounce', await bob.row())

  expect(await bob.world.run('recordDelivery', [event, event, event])).toEqual([])

  expect(await bob.shown()).toBe('bounced')
})

test('an event of an earlier send changes nothing about the one after it', async () => {
  const bob = await invited()
  const first = await bob.row()
  bob.world.passSeconds(60)
  await bob.resend()
  expect(await bob.report('Bounce', {}, first)).toEqual([])
  expect(await bob.shown()).toBe('queued')
  await bob.mail()

  await bob.report('Complaint', {}, first)

  expect(await bob.shown()).toBe('sent')
  expect(await bob.block()).toBeUndefined()
})

test('an event that arrives before the e-mail’s id is stored is retried, and then counts', async () => {
  const bob = await scene()
  const { world } = bob
  const { body } = await bob.invite(bobsAddress)
  const [{ id, sendCount }] = [body.results[0].invitation as Invitation]
  const event = sesEvent('Bounce', { id, sendCount, messageId: 'early' } as Invitation)
  const early: unknown[] = []
  const { mail } = world.services
  const quick = {
    ...world.services,
    mail: {
      send: async (email: Parameters<typeof mail.send>[0]) => {
        await mail.send(email)
        early.push(...(await world.run('recordDelivery', [event])))
        return 'early'
      },
    },
  }
  await world.run('sendMail', undefined, quick)

  expect(await world.run('recordDelivery', [event])).toEqual([])

  expect(early).toEqual([{ itemIdentifier: '0' }])
  expect((await bob.pending())[0].delivery).toBe('bounced')
})

test.for([
  ['of another message', { messageId: 'forged-000000' }],
  ['without tags', { tags: {} }],
  ['of an invitation that there never was', { tags: { invitation: [`inv_${'0'.repeat(52)}`], send: ['1'] } }],
  ['of a text that is no invitation', { tags: { invitation: ['bob@example.com'], send: ['1'] } }],
  ['with a send that is no number', { tags: { invitation: [`inv_${'0'.repeat(52)}`], send: ['x'] } }],
  ['with a message id that is none', { messageId: '' }],
] as const)('a forged event %s changes nothing', async ([, twist]) => {
  const bob = await invited()
  const before = await allRows(bob.world.services.table)

  expect(await bob.report('Bounce', twist as Twist)).toEqual([])

  expect(await allRows(bob.world.services.table)).toEqual(before)
})

test.for(['Successfully validated SNS topic for Amazon SES event publishing.', {}, { eventType: 'Bounce' }, [1], null])(
  'a message that is no event (%o) is done with at once',
  async (message) => {
    const { world } = await scene()

    expect(await world.run('recordDelivery', [message as object])).toEqual([])
  },
)

test('an event of an unknown kind is ignored, whatever its name', () => {
  const event = sesEvent('Delivery', { id: `inv_${'0'.repeat(52)}`, sendCount: 1, messageId: 'm-1' })

  expect(readMailEvent(JSON.stringify(event))).toMatchObject({ kind: 'delivered' })
  for (const eventType of ['Open', 'constructor', '__proto__', ''])
    expect(readMailEvent(JSON.stringify({ ...event, eventType }))).toBeUndefined()
})

test('an event about a revoked invitation changes neither it nor its replacement', async () => {
  const bob = await invited()
  const old = await bob.row()
  await bob.here('revokeInvitation', { path: { invitationId: bob.id } })
  const before = await allRows(bob.world.services.table)
  await bob.report('Bounce', {}, old)
  expect(await allRows(bob.world.services.table)).toEqual(before)
  await bob.invite(bobsAddress)
  await bob.mail()

  await bob.report('Bounce', {}, old)

  expect(await bob.shown()).toBe('sent')
  expect(await bob.block()).toBeUndefined()
})

test.for(['deleting', 'deleted'])('an event about a workspace that is %s changes nothing', async (status) => {
  const bob = await invited()
  const { world } = bob
  await tamper(world, keys.workspace(bob.path.workspaceId), { status })
  const before = await allRows(world.services.table)

  expect(await bob.report('Bounce')).toEqual([])
  expect(await bob.report('Complaint')).toEqual([])

  expect(await allRows(world.services.table)).toEqual(before)
})

test('an invitation whose address bounces during a resend is decided anew, and not sent', async () => {
  const bob = await invited()
  const { world } = bob
  world.passSeconds(60)
  const { table } = world.services
  const event = sesEvent('Bounce', await bob.row())
  let bounced = false
  const write = table.write.bind(table)
  // The bounce comes in after the request has read that there is none.
  table.write = async (...writes) => {
    if (!bounced && writes.length > 2) {
      bounced = true
      await world.run('recordDelivery', [event])
    }
    return write(...writes)
  }

  const { body } = await bob.invite(bobsAddress)

  expect(body.results[0]).toMatchObject({ outcome: 'resent', invitation: { delivery: 'bounced' } })
  expect(world.queued).toEqual([])
  expect(await problemsOf(table)).toEqual([])
})

test('if the table is down the event is retried, and the log names the invitation but no address', async () => {
  const bob = await invited()
  const { world } = bob
  const { table } = world.services
  const event = sesEvent('Bounce', await bob.row())
  const away = Object.assign(Object.create(table), { write: () => Promise.reject(new Error(`Away: ${bobsAddress}`)) })

  expect(await world.run('recordDelivery', [event], { ...world.services, table: away })).toEqual([{ itemIdentifier: '0' }])

  expect(world.logs).toContainEqual(
    expect.objectContaining({ worker: 'recordDelivery', requestId: 'test', work: expect.objectContaining({ invitationId: bob.id }) }),
  )
  expect(JSON.stringify(world.logs)).not.toContain(bobsAddress)
  expect(world.metrics).toContainEqual({ name: 'MessagesFailed', value: 1, logContext: { worker: 'recordDelivery' } })
})
