import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { mailboxOf } from '#shared/table/invitations.ts'
import { allRows, problemsOf } from '../support/invariants.ts'
import { putAll, type Scene, scene } from '../support/scene.ts'
import { signUp, tokenOf } from '../support/world.ts'

const tagged = (count: number, name = 'Bob') => Array.from({ length: count }, (_, i) => `${name}+${i}@Example.com`)
const counts = async ({ world }: Scene) =>
  (await allRows(world.services.table)).filter(({ sk }) => sk.startsWith('MAILED#')).map(({ count }) => count)
const deliveries = ({ body }: Awaited<ReturnType<Scene['invite']>>): string[] =>
  body.results.map(({ invitation }: { invitation: { delivery: string } }) => invitation.delivery)

test('of fifty tagged addresses of one mailbox in one request, five get an e-mail that day', async () => {
  const team = await scene()
  const { world, invite, mail, pending } = team

  const answer = await invite(tagged(50))

  expect(answer.body.results.every(({ outcome }: { outcome: string }) => outcome === 'invited')).toBe(true)
  expect(deliveries(answer).filter((delivery) => delivery === 'queued')).toHaveLength(5)
  expect(deliveries(answer)).toEqual([...Array(5).fill('queued'), ...Array(45).fill('suppressed')])
  await mail()
  expect(world.mails).toHaveLength(5)
  expect(await counts(team)).toEqual([5])
  expect(await pending({ limit: '100' })).toHaveLength(50)
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('a mailbox has one count for all its tags, over all workspaces and resends', async () => {
  const team = await scene({ MAILS_PER_ADDRESS_PER_DAY: '3' })
  const { world, invite, here } = team
  const eve = await signUp(world, 'eve@example.com')
  const elsewhere = { as: eve.token, path: { workspaceId: eve.workspaceId } }
  const first = await invite('bob+news@example.com')
  expect(deliveries(await world.call('createInvitations', { ...elsewhere, body: { emails: ['bob@example.com'] } }))).toEqual(['queued'])
  world.passSeconds(60)
  const again = { path: { invitationId: first.body.results[0].invitation.id } }

  expect((await here('resendInvitation', again)).body).toMatchObject({ delivery: 'queued', sendCount: 2 })
  world.passSeconds(60)

  expect((await here('resendInvitation', again)).body).toMatchObject({ delivery: 'suppressed', sendCount: 2 })
  expect(deliveries(await invite(['BOB+x+y@example.com', 'bob@example.com', 'bobby@example.com']))).toEqual([
    'suppressed',
    'suppressed',
    'queued',
  ])
})

test('the reservations of a request that is then refused are returned, however many tags it named', async () => {
  const team = await scene({ INVITATIONS_PER_DAY: '20', MAILS_PER_ADDRESS_PER_DAY: '30' })

  expect(await team.invite([...tagged(25), 'eve@example.com'])).toMatchObject({ status: 429 })

  expect(await counts(team)).toEqual([0, 0])
})

test('apart from that count a tagged address is an address of its own', async () => {
  const team = await scene()
  const { world, invite, mail, join } = team
  await join('bob@example.com', 'member')
  const blocked = { ...keys.mailBlock(mailboxOf('eve@example.com')), reason: 'bounced', until: '2027-01-01T00:00:00.000Z' }
  await putAll(world, [blocked])

  const { body } = await invite(['bob+1@example.com', 'eve@example.com', 'eve+1@example.com', '+all@example.com', '+one@example.com'])

  expect(body.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(Array(5).fill('invited'))
  expect(deliveries({ body } as never)).toEqual(['queued', 'bounced', 'queued', 'queued', 'queued'])
  await mail()
  const token = world.linkToken('bob+1@example.com')
  const accept = (email: string) => world.call('acceptInvitation', { as: tokenOf(email), body: { token } })
  expect(await accept('bob@example.com')).toMatchObject({ status: 403, body: { code: 'email_mismatch' } })
  const mine = await world.call('listMyInvitations', { as: tokenOf('bob@example.com') })
  expect(mine.body.data).toEqual([])
  expect(await accept('bob+1@example.com')).toMatchObject({ status: 200 })
  expect(await counts(team)).toHaveLength(4)
})
