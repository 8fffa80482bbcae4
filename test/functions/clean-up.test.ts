import { expect, test } from 'vitest'
import { addressKey } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import { allRows, kindOf, problemsOf } from '#test/support/invariants.ts'
import { type Scene, scene } from '#test/support/scene.ts'
import { tokenOf, type World } from '#test/support/world.ts'

const weekSeconds = 604_800
const bobsAddress = 'bob@example.com'
const cleanUp = ({ run }: World) => run('cleanUp')
const rowsOf = async ({ services }: World, kind: string) => (await allRows(services.table)).filter((row) => kindOf(row) === kind)
const lookUp = ({ world }: Pick<Scene, 'world'>, token: string) => world.call('lookUpInvitation', { body: { token } })

test('the clean-up removes an expired invitation and its count, and it then answers 404', async () => {
  const { world, invite, mail, item } = await scene()
  await invite(['a@example.com', 'b@example.com'])
  await mail()
  const token = world.linkToken('a@example.com')
  world.passSeconds(weekSeconds)
  expect(await lookUp({ world }, token)).toMatchObject({ status: 410 })
  expect(await item()).toMatchObject({ pendingCount: 2 })

  await cleanUp(world)

  expect(await lookUp({ world }, token)).toMatchObject({ status: 404 })
  expect(await item()).toMatchObject({ pendingCount: 0 })
  expect(await rowsOf(world, 'Invitation')).toEqual([])
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('an unexpired invitation stays, and so does a renewed one', async () => {
  const { world, invite, mail, pending } = await scene()
  await invite(['renewed@example.com', 'ends@example.com'])
  await mail()
  world.passSeconds(weekSeconds - 60)
  await invite(['renewed@example.com', 'new@example.com'])
  await mail()
  await cleanUp(world)
  expect(await pending()).toHaveLength(3)
  world.passSeconds(60)

  await cleanUp(world)

  expect((await pending()).map(({ email }: { email: string }) => email).sort()).toEqual(['new@example.com', 'renewed@example.com'])
})

test('the clean-up finds and sends an e-mail whose message was lost', async () => {
  const team = await scene()
  const { world } = team
  await team.invite(bobsAddress)
  world.queued = []
  await cleanUp(world)
  expect(world.queued).toEqual([])
  world.passSeconds(15)

  await cleanUp(world)
  await team.mail()

  expect(world.mails).toHaveLength(1)
  expect(await lookUp(team, world.linkToken(bobsAddress))).toMatchObject({ status: 200 })
  world.passSeconds(120)
  await cleanUp(world)
  expect(world.queued).toEqual([])
})

test('an owed e-mail is requested again at growing intervals until it is sent', async () => {
  const { world, invite, mail } = await scene()
  await invite(bobsAddress)
  world.queued = []
  world.mailError = new Error('SES is away')
  const askedAt: number[] = []
  for (let minute = 0; minute < 600; minute++) {
    world.passSeconds(60)
    await cleanUp(world)
    if (world.queued.length > 0) askedAt.push(minute)
    await mail()
  }

  const gaps = askedAt.slice(1).map((at, i) => at - (askedAt[i] ?? 0))
  expect(gaps[0]).toBeLessThanOrEqual(2)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(61)
  expect(askedAt.length).toBeLessThan(40)
  world.mailError = undefined
  world.passSeconds(3_600)
  await cleanUp(world)
  await mail()
  expect(world.mails).toHaveLength(1)
})

test('an accepted invitation is removed after 7 days, and not before', async () => {
  const { world, invite, mail, accept } = await scene()
  await invite(bobsAddress)
  await mail()
  await accept(bobsAddress)
  world.passSeconds(weekSeconds - 1)
  await cleanUp(world)
  expect(await rowsOf(world, 'Invitation')).toHaveLength(1)
  world.passSeconds(1)

  await cleanUp(world)

  expect(await rowsOf(world, 'Invitation')).toEqual([])
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('an invitation that replaced an accepted one is not removed with it', async () => {
  const { world, invite, mail, accept, here, pending } = await scene()
  await invite(bobsAddress)
  await mail()
  await accept(bobsAddress)
  await here('leaveWorkspace', { as: tokenOf(bobsAddress) })
  world.passSeconds(weekSeconds - 60)
  await invite(bobsAddress)
  await mail()
  world.passSeconds(120)

  await cleanUp(world)

  expect(await pending()).toMatchObject([{ email: bobsAddress, delivery: 'sent' }])
})

test('many expired invitations of many workspaces go in one run, page by page', async () => {
  const { world, ann, invite, item } = await scene()
  const emails = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}@example.com`)
  const path = { workspaceId: ann.workspaceId }
  for (const name of ['a', 'b', 'c', 'd']) await invite(emails(name, 50))
  await world.call('createInvitations', { as: ann.token, path, body: { emails: emails('e', 50) } })
  world.passSeconds(weekSeconds)

  await cleanUp(world)
  await cleanUp(world)

  expect(await item()).toMatchObject({ pendingCount: 0 })
  expect(await rowsOf(world, 'Invitation')).toEqual([])
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('two runs at once do no harm', async () => {
  const { world, invite, item } = await scene()
  await invite(['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'])
  world.passSeconds(weekSeconds)

  await Promise.all([cleanUp(world), cleanUp(world), cleanUp(world)])
  await cleanUp(world)

  expect(await item()).toMatchObject({ pendingCount: 0 })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('an item that cannot be removed does not hold up the others', async () => {
  const { world, invite, path, item } = await scene()
  const { body } = await invite(['a@example.com', 'b@example.com'])
  const place = { workspaceId: path.workspaceId, addressKey: addressKey(path.workspaceId, 'a@example.com') }
  expect(body.results[0].invitation.id).toContain(place.addressKey)
  world.passSeconds(weekSeconds)
  // A workspace that is being deleted refuses the write: the deletion takes its invitations.
  await world.services.table.change(keys.workspace(path.workspaceId), { set: { status: 'deleting' } })

  await cleanUp(world)
  expect(await rowsOf(world, 'Invitation')).toHaveLength(2)
  await world.services.table.change(keys.workspace(path.workspaceId), { set: { status: 'active' } })
  await cleanUp(world)

  expect(await item()).toMatchObject({ pendingCount: 0 })
})
