import { expect, test } from 'vitest'
import { later } from '#shared/domain/time.ts'
import * as keys from '#shared/table/design/keys.ts'
import { mailboxOf } from '#shared/table/invitations.ts'
import { allRows, problemsOf } from '../support/invariants.ts'
import { crowd, itemOf, putAll, type Scene, scene, tamper } from '../support/scene.ts'
import { signUp, tokenOf, type World } from '../support/world.ts'

const daySeconds = 86_400
const weekSeconds = 7 * daySeconds
const addresses = (count: number, name = 'p') => Array.from({ length: count }, (_, i) => `${name}${i}@example.com`)
const resend = ({ here }: Scene, invitationId: string, as?: string) => here('resendInvitation', { as, path: { invitationId } })
const lookUp = ({ world }: Scene, token: string) => world.call('lookUpInvitation', { body: { token } })

/** As if an address had bounced or complained, just now. */
const block = ({ services, now }: World, email: string, reason: 'bounced' | 'complained', seconds = daySeconds) =>
  putAll({ services } as World, [{ ...keys.mailBlock(mailboxOf(email)), reason, until: later(now, seconds) }])

test('an invitation has its published shape, and its e-mail is queued', async () => {
  const { world, ann, workspace, invite, mail, pending } = await scene()

  const { status, body } = await invite('Bob@Example.com')

  const at = world.now.toISOString()
  const invitation = {
    id: expect.stringMatching(/^inv_\w+$/),
    workspaceId: workspace.id,
    email: 'Bob@Example.com',
    role: 'member',
    status: 'pending',
    invitedBy: { accountId: ann.id, name: 'Ann' },
    createdAt: at,
    lastSentAt: at,
    sendCount: 1,
    expiresAt: later(world.now, weekSeconds),
    delivery: 'queued',
  }
  expect(status).toBe(200)
  expect(body).toEqual({ results: [{ email: 'Bob@Example.com', outcome: 'invited', invitation }] })
  await mail()
  expect(await pending()).toEqual([{ ...invitation, delivery: 'sent' }])
  expect(world.mails).toMatchObject([{ to: 'Bob@example.com' }])
})

test('only a person with a verified address can invite', async () => {
  const team = await scene()
  const { ann, invite, pending } = team
  const { body } = await invite('bob@example.com')
  const unverified = tokenOf(ann.email, { verified: false })
  const refused = { status: 403, body: { code: 'email_not_verified' } }

  expect(await invite('eve@example.com', undefined, unverified)).toMatchObject(refused)
  team.world.passSeconds(60)
  expect(await resend(team, body.results[0].invitation.id, unverified)).toMatchObject(refused)
  expect(await pending()).toHaveLength(1)
})

test.each(['developer', 'member'] as const)('a %s sees invitations, and neither makes, sends nor revokes any', async (role) => {
  const team = await scene()
  const bob = await team.join('bob@example.com', role)
  const { body } = await team.invite('eve@example.com')
  const { id } = body.results[0].invitation
  const forbidden = { status: 403, body: { code: 'forbidden' } }

  expect((await team.here('listInvitations', { as: bob.token })).body.data).toMatchObject([{ id }])
  expect(await team.invite('new@example.com', 'member', bob.token)).toMatchObject(forbidden)
  expect(await resend(team, id, bob.token)).toMatchObject(forbidden)
  expect(await team.here('revokeInvitation', { as: bob.token, path: { invitationId: id } })).toMatchObject(forbidden)
})

test('one malformed address refuses the whole request; every malformed one is named, and nothing is sent', async () => {
  const { world, invite, pending } = await scene()

  const answer = await invite(['good@example.com', 'no-at-sign', 'jörg@example.com', 'fine@example.com', 'a@b', ' '])

  const pointers = ['/emails/1', '/emails/2', '/emails/4', '/emails/5'].map((pointer) => ({ pointer }))
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: pointers } })
  expect(await pending()).toEqual([])
  expect(world.queued).toEqual([])
})

test.each([
  ['no address', [], '/emails'],
  ['51 addresses', addresses(51), '/emails'],
  ['no list', 'bob@example.com', '/emails'],
  ['something that is no text', [7], '/emails/0'],
])('a request with %s is refused', async (_, emails, pointer) => {
  const { here } = await scene()

  expect(await here('createInvitations', { body: { emails } })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } })
})

test('a role that does not exist is refused', async () => {
  const { here } = await scene()

  const answer = await here('createInvitations', { body: { emails: ['bob@example.com'], role: 'owner' } })

  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/role' }] } })
})

test('addresses are trimmed, and those that differ only in case or in how the domain is written count once', async () => {
  const { world, invite, mail, pending } = await scene()

  const { body } = await invite([
    ' Bob@Example.com ',
    'eve@bücher.example',
    'bob@example.COM',
    'zoe@example.com',
    'EVE@xn--bcher-kva.example',
    'bob@example.com',
  ])

  expect(body.results.map(({ email }: { email: string }) => email)).toEqual(['Bob@Example.com', 'eve@bücher.example', 'zoe@example.com'])
  await mail()
  expect(world.mails.map(({ to }) => to).sort()).toEqual(['Bob@example.com', 'eve@xn--bcher-kva.example', 'zoe@example.com'])
  expect(await pending()).toHaveLength(3)
})

test('50 addresses are invited at once, and each gets one e-mail', async () => {
  const { world, invite, mail, pending, item } = await scene()
  const emails = addresses(50)

  const { status, body } = await invite(emails, 'developer')

  expect(status).toBe(200)
  expect(body.results).toHaveLength(50)
  expect(body.results.every(({ outcome }: { outcome: string }) => outcome === 'invited')).toBe(true)
  await mail()
  expect(world.mails.map(({ to }) => to).sort()).toEqual([...emails].sort())
  expect(await pending({ limit: '100' })).toHaveLength(50)
  expect(await item()).toMatchObject({ pendingCount: 50 })
})

test('an address of a member, in any spelling, is reported as such and gets no e-mail', async () => {
  const { world, invite, join, item } = await scene()
  await join('bob@bücher.example', 'member')
  world.mails = []

  const { body } = await invite(['ANN@example.com', 'Bob@XN--bcher-kva.example', 'eve@example.com'])

  expect(body.results).toMatchObject([
    { email: 'ANN@example.com', outcome: 'already_member' },
    { email: 'Bob@XN--bcher-kva.example', outcome: 'already_member' },
    { email: 'eve@example.com', outcome: 'invited' },
  ])
  expect(body.results[0]).not.toHaveProperty('invitation')
  expect(world.queued).toHaveLength(1)
  expect(await item()).toMatchObject({ memberCount: 2, pendingCount: 1 })
})

test('inviting a pending address again resends the invitation: same id, new role and expiry, the old link dead at once', async () => {
  const team = await scene()
  const { world, invite, mail } = team
  const first = (await invite('bob@example.com', 'member')).body.results[0].invitation
  await mail()
  const oldToken = world.linkToken('bob@example.com')
  world.passSeconds(60)

  const { body } = await invite('BOB@example.com', 'developer')

  const at = world.now.toISOString()
  const renewed = {
    ...first,
    role: 'developer',
    lastSentAt: at,
    sendCount: 2,
    expiresAt: later(world.now, weekSeconds),
    delivery: 'queued',
  }
  expect(body.results).toEqual([{ email: 'BOB@example.com', outcome: 'resent', invitation: renewed }])
  expect(await lookUp(team, oldToken)).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
  await mail()
  expect(await lookUp(team, world.linkToken('bob@example.com'))).toMatchObject({ status: 200, body: { role: 'developer' } })
  expect(await lookUp(team, oldToken)).toMatchObject({ status: 404 })
  expect(await team.item()).toMatchObject({ pendingCount: 1 })
})

test('without a role a pending invitation keeps its own', async () => {
  const { world, invite } = await scene()
  await invite('bob@example.com', 'admin')
  world.passSeconds(60)

  const { body } = await invite('bob@example.com')

  expect(body.results[0]).toMatchObject({ outcome: 'resent', invitation: { role: 'admin' } })
})

test('within 60 seconds nothing is sent, link and expiry stay, and only a changed role takes effect', async () => {
  const team = await scene()
  const { world, invite, mail, accept } = team
  const first = (await invite('bob@example.com', 'member')).body.results[0].invitation
  await mail()
  world.passSeconds(59)

  const same = await invite('bob@example.com')
  const changed = await invite('bob@example.com', 'developer')

  expect(same.body.results).toEqual([{ email: 'bob@example.com', outcome: 'resent', invitation: { ...first, delivery: 'sent' } }])
  expect(changed.body.results[0]).toEqual({
    email: 'bob@example.com',
    outcome: 'resent',
    invitation: { ...first, role: 'developer', delivery: 'sent' },
  })
  expect(world.queued).toEqual([])
  expect(world.mails).toHaveLength(1)
  expect(await accept('bob@example.com')).toMatchObject({ status: 200, body: { member: { role: 'developer' } } })
})

test('a role that is changed before the e-mail goes out appears in it', async () => {
  const { world, invite, mail, accept } = await scene()
  await invite('bob@example.com', 'member')

  await invite('bob@example.com', 'developer')
  await mail()

  expect(world.mails).toHaveLength(1)
  expect(world.mails[0]?.text).toContain('as a developer')
  expect(await accept('bob@example.com')).toMatchObject({ body: { member: { role: 'developer' } } })
})

test('an invitation’s cooldown and lifetime are settings', async () => {
  const team = await scene({ INVITATION_RESEND_COOLDOWN_SECONDS: '10', INVITATION_TTL_SECONDS: '100' })
  const { body } = await team.invite('bob@example.com')
  const { id, createdAt, expiresAt } = body.results[0].invitation
  expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(100_000)

  team.world.passSeconds(9)
  expect(await resend(team, id)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
  team.world.passSeconds(1)
  expect(await resend(team, id)).toMatchObject({ status: 200 })
})

test('resending within 60 seconds is refused with the exact number of seconds left', async () => {
  const team = await scene()
  const { body } = await team.invite('bob@example.com')
  const { id, lastSentAt } = body.results[0].invitation
  const at = (seconds: number) => {
    // A call is made a millisecond after the time that is set.
    team.world.now = new Date(Date.parse(lastSentAt) + seconds * 1000 - 1)
    return resend(team, id)
  }

  expect(await at(0)).toMatchObject({ status: 429, body: { code: 'rate_limited' }, headers: { 'retry-after': '60' } })
  expect(await at(30)).toMatchObject({ status: 429, headers: { 'retry-after': '30' } })
  expect(await at(59.999)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
  expect(await at(60)).toMatchObject({ status: 200, body: { id, sendCount: 2, delivery: 'queued' } })
  expect(await at(119.999)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
})

test('resending renews the expiry, keeps the role, and kills the old link at once', async () => {
  const team = await scene()
  const { world, invite, mail } = team
  const first = (await invite('bob@example.com', 'developer')).body.results[0].invitation
  await mail()
  const oldToken = world.linkToken('bob@example.com')
  world.passSeconds(3 * daySeconds)

  const { status, body } = await resend(team, first.id)

  expect(status).toBe(200)
  expect(body).toEqual({ ...first, lastSentAt: world.now.toISOString(), sendCount: 2, expiresAt: later(world.now, weekSeconds) })
  expect(await lookUp(team, oldToken)).toMatchObject({ status: 404 })
  await mail()
  expect(world.mails).toHaveLength(2)
  expect(await lookUp(team, world.linkToken('bob@example.com'))).toMatchObject({ status: 200 })
})

test('an e-mail that is still queued when the invitation is resent does not go out', async () => {
  const { world, invite, mail } = await scene()
  await invite('bob@example.com')
  world.passSeconds(60)
  await invite('bob@example.com')

  await mail()

  expect(world.mails).toHaveLength(1)
})

test('an unknown invitation cannot be resent or revoked, whatever its id looks like', async () => {
  const team = await scene()
  const { world, ann, invite, mail, accept, here } = team
  const { body } = await invite(['used@example.com', 'declined@example.com', 'revoked@example.com'])
  const [used, declined, revoked] = body.results.map(({ invitation }: { invitation: { id: string } }) => invitation.id)
  await mail()
  await accept('used@example.com')
  await world.call('declineInvitation', { as: tokenOf('declined@example.com'), body: { invitationId: declined } })
  expect(await here('revokeInvitation', { path: { invitationId: revoked } })).toMatchObject({ status: 204, body: undefined })
  const elsewhere = { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { emails: ['eve@example.com'] } }
  const foreign = (await world.call('createInvitations', elsewhere)).body.results[0].invitation.id
  world.passSeconds(60)

  const notFound = { status: 404, body: { code: 'invitation_not_found' } }
  for (const id of [used, declined, revoked, foreign, foreign.toUpperCase(), 'inv_nonsense', 'nonsense']) {
    expect(await resend(team, id)).toMatchObject(notFound)
    expect(await here('revokeInvitation', { path: { invitationId: id } })).toMatchObject(notFound)
  }
})

test('an invitation lives 7 days; once expired it is not listed, does not count, and answers 410', async () => {
  const team = await scene()
  const { world, invite, mail, pending, here } = team
  const { id, expiresAt } = (await invite('bob@example.com')).body.results[0].invitation
  await mail()
  const token = world.linkToken('bob@example.com')
  const at = (milliseconds: number) => {
    // A call is made a millisecond after the time that is set.
    world.now = new Date(Date.parse(expiresAt) + milliseconds - 1)
  }

  at(-1)
  expect(await pending()).toHaveLength(1)
  at(-1)
  expect(await lookUp(team, token)).toMatchObject({ status: 200, body: { expiresAt } })
  at(0)
  expect(await pending()).toEqual([])

  const expired = { status: 410, body: { code: 'invitation_expired' } }
  at(0)
  expect(await lookUp(team, token)).toMatchObject(expired)
  at(0)
  expect(await resend(team, id)).toMatchObject(expired)
  at(0)
  expect(await here('revokeInvitation', { path: { invitationId: id } })).toMatchObject(expired)
})

test('inviting an expired address again creates a new invitation with a new link', async () => {
  const team = await scene()
  const { world, invite, mail, item, accept } = team
  const first = (await invite('bob@example.com', 'admin')).body.results[0].invitation
  await mail()
  const oldToken = world.linkToken('bob@example.com')
  world.passSeconds(weekSeconds)

  const { body } = await invite('bob@example.com')

  const at = world.now.toISOString()
  expect(body.results[0]).toMatchObject({ outcome: 'invited', invitation: { role: 'member', createdAt: at, sendCount: 1 } })
  expect(body.results[0].invitation.id).not.toBe(first.id)
  expect(await item()).toMatchObject({ pendingCount: 1 })
  expect(await lookUp(team, oldToken)).toMatchObject({ status: 404 })
  await mail()
  expect(await accept('bob@example.com')).toMatchObject({ status: 200, body: { member: { role: 'member' } } })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('pending invitations are listed newest first, in pages without a gap', async () => {
  const { world, ann, invite, here } = await scene()
  for (const email of addresses(5)) await invite(email)
  world.passSeconds(60)
  // Sent again is not created again.
  await invite('p0@example.com')
  const page = async (query: Record<string, string>) => (await here('listInvitations', { query })).body

  const first = await page({ limit: '2' })
  const second = await page({ limit: '2', cursor: first.nextCursor })
  const third = await page({ limit: '2', cursor: second.nextCursor })

  const emails = [first, second, third].map(({ data }) => data.map(({ email }: { email: string }) => email.slice(0, 2)))
  expect(emails).toEqual([['p4', 'p3'], ['p2', 'p1'], ['p0']])
  expect(third.nextCursor).toBeNull()
  const elsewhere = { as: ann.token, path: { workspaceId: ann.workspaceId }, query: { cursor: first.nextCursor } }
  expect(await world.call('listInvitations', elsewhere)).toMatchObject({ status: 400, body: { errors: [{ pointer: '?cursor' }] } })
})

test('a workspace has at most 200 pending invitations: one more refuses the whole request', async () => {
  const team = await scene()
  const { world, invite, pending } = team
  for (let i = 0; i < 4; i++) expect(await invite(addresses(50, `batch${i}-`))).toMatchObject({ status: 200 })
  world.passSeconds(60)
  world.queued = []
  const tooMany = { status: 409, body: { code: 'too_many_invitations' } }

  expect(await invite('one@example.com')).toMatchObject(tooMany)
  expect(await invite(['batch0-0@example.com', 'one@example.com'])).toMatchObject(tooMany)
  expect(world.queued).toEqual([])
  // Those that are pending can still be sent again.
  expect(await invite(addresses(2, 'batch0-'))).toMatchObject({ status: 200, body: { results: [{ outcome: 'resent' }, {}] } })

  const [{ id }] = await pending()
  await team.here('revokeInvitation', { path: { invitationId: id } })
  expect(await invite(['one@example.com', 'two@example.com'])).toMatchObject(tooMany)
  expect(await invite('one@example.com')).toMatchObject({ status: 200 })
  expect(await team.item()).toMatchObject({ pendingCount: 200 })
  // What was refused has used up nobody's e-mails.
  const counts = (await allRows(world.services.table)).filter(({ sk }) => sk.startsWith('MAILED#') || sk.startsWith('INVITED#'))
  expect(counts.reduce((sum, row) => sum + mailed(row), 0)).toBe(2 * (200 + 2 + 1))
})

/** What a day's counter of an account or a mailbox says. */
const mailed = (row: Record<string, unknown>): number => (row.mails as Set<string> | undefined)?.size ?? (row.count as number)

test('expired invitations do not count against the 200, even before the clean-up removes them', async () => {
  const { world, invite, pending, item } = await scene()
  for (let i = 0; i < 4; i++) await invite(addresses(50, `old${i}-`))
  world.passSeconds(weekSeconds)

  const { status } = await invite(addresses(50, 'new'))

  expect(status).toBe(200)
  expect(await pending({ limit: '100' })).toHaveLength(50)
  expect((await item()).pendingCount).toBeLessThanOrEqual(200)
  for (let i = 1; i < 4; i++) expect(await invite(addresses(50, `new${i}-`))).toMatchObject({ status: 200 })
  expect(await item()).toMatchObject({ pendingCount: 200 })
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('a workspace has at most 1,000 members: a full one invites nobody', async () => {
  const { world, path, invite, accept, mail, here } = await scene()
  await invite('early@example.com')
  await mail()
  const [one] = await crowd(world, path.workspaceId, 999)
  const tooMany = { status: 409, body: { code: 'too_many_members' } }

  expect(await invite('bob@example.com')).toMatchObject(tooMany)
  expect(await accept('early@example.com')).toMatchObject(tooMany)
  expect(await invite('crowd0@example.com')).toMatchObject({ status: 200, body: { results: [{ outcome: 'already_member' }] } })

  await here('removeMember', { path: { accountId: one?.accountId ?? '' } })
  expect(await accept('early@example.com')).toMatchObject({ status: 200, body: { workspace: { memberCount: 1000 } } })
  const { body } = await here('listMembers', { query: { limit: '100' } })
  expect(body.data).toHaveLength(100)
  expect(await problemsOf(world.services.table)).toEqual([])
})

test('an account can invite 500 addresses a day, over all its workspaces', async () => {
  const { world, ann, invite } = await scene({ INVITATIONS_PER_DAY: '5' })
  const elsewhere = (emails: string[]) =>
    world.call('createInvitations', { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { emails } })
  expect(await invite(addresses(3))).toMatchObject({ status: 200 })
  expect(await elsewhere(addresses(2))).toMatchObject({ status: 200 })

  const over = await elsewhere(['one@example.com'])

  // It is 10:00 UTC: the day has 14 hours left.
  expect(over).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
  expect(Number(over.headers['retry-after'])).toBeGreaterThan(14 * 3600 - 5)
  expect(Number(over.headers['retry-after'])).toBeLessThanOrEqual(14 * 3600)
  world.passSeconds(Number(over.headers['retry-after']))
  expect(await elsewhere(['one@example.com'])).toMatchObject({ status: 200 })
})

test('the default limit is 500', async () => {
  const { world, ann, path, invite } = await scene()
  const quota = keys.inviteQuota({ accountId: ann.id, day: world.now.toISOString().slice(0, 10) })
  await putAll(world, [{ ...quota, count: 498 }])

  expect(await invite(addresses(3))).toMatchObject({ status: 429 })
  expect(await invite(addresses(2))).toMatchObject({ status: 200 })
  expect(await invite('one@example.com')).toMatchObject({ status: 429 })
  expect(await itemOf(world, path.workspaceId)).toMatchObject({ pendingCount: 2 })
})

test('a request over the daily limit invites nobody, and addresses that are not mailed do not count', async () => {
  const team = await scene({ INVITATIONS_PER_DAY: '2' })
  const { world, invite, pending } = team
  await block(world, 'bounced@example.com', 'bounced')

  expect(await invite(addresses(3))).toMatchObject({ status: 429 })
  expect(await pending()).toEqual([])
  expect(world.queued).toEqual([])
  expect(await invite(['p0@example.com', 'ann@example.com', 'bounced@example.com'])).toMatchObject({ status: 200 })
  expect(await invite('p0@example.com')).toMatchObject({ status: 200, body: { results: [{ outcome: 'resent' }] } })
  world.passSeconds(60)
  const { body } = await invite('p0@example.com')
  world.passSeconds(60)
  // Sending again counts as well.
  expect(await resend(team, body.results[0].invitation.id)).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
  expect(await invite('p1@example.com')).toMatchObject({ status: 429 })
})

test('an address gets at most 5 invitation e-mails a day from all workspaces together; the rest are suppressed', async () => {
  const team = await scene()
  const { world, invite, mail } = team
  const eve = await signUp(world, 'eve@example.com')
  const elsewhere = () =>
    world.call('createInvitations', { as: eve.token, path: { workspaceId: eve.workspaceId }, body: { emails: ['BOB@example.com'] } })
  const first = (await invite('bob@example.com')).body.results[0].invitation
  for (let i = 0; i < 3; i++) {
    world.passSeconds(60)
    expect(await resend(team, first.id)).toMatchObject({ body: { delivery: 'queued', sendCount: i + 2 } })
  }
  expect((await elsewhere()).body.results[0].invitation).toMatchObject({ delivery: 'queued', sendCount: 1 })
  await mail()
  const token = world.linkToken('bob@example.com')
  const good = world.mails.find(({ text }) => text.includes('Blue Team'))
  const before = await lookUp(team, /#token=([\w-]+)/.exec(good?.text ?? '')?.[1] ?? '')
  world.passSeconds(60)

  const suppressed = await resend(team, first.id)

  expect(suppressed).toMatchObject({ status: 200, body: { id: first.id, delivery: 'suppressed', sendCount: 4 } })
  expect(before.body).toMatchObject({ expiresAt: suppressed.body.expiresAt })
  expect((await invite('bob@example.com')).body.results[0]).toMatchObject({
    outcome: 'resent',
    invitation: { delivery: 'suppressed', sendCount: 4 },
  })
  expect((await elsewhere()).body.results[0]).toMatchObject({ outcome: 'resent', invitation: { delivery: 'suppressed', sendCount: 1 } })
  expect(await lookUp(team, token)).toMatchObject({ status: 200 })
  expect(world.queued).toEqual([])
  expect(await problemsOf(world.services.table)).toEqual([])

  world.passSeconds(daySeconds)
  expect(await resend(team, first.id)).toMatchObject({ status: 200, body: { delivery: 'queued', sendCount: 5 } })
})

test('a first invitation over that limit has no link, and can be sent as soon as the limit allows', async () => {
  const team = await scene({ MAILS_PER_ADDRESS_PER_DAY: '1' })
  const { world, ann, invite, mail, accept } = team
  await world.call('createInvitations', { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { emails: ['bob@example.com'] } })
  await mail()

  const { body } = await invite('bob@example.com')

  const { id, createdAt } = body.results[0].invitation
  const never = { delivery: 'suppressed', sendCount: 0, lastSentAt: createdAt }
  expect(body.results[0]).toMatchObject({ outcome: 'invited', invitation: never })
  expect(world.queued).toEqual([])
  expect(await resend(team, id)).toMatchObject({ status: 200, body: { delivery: 'suppressed', sendCount: 0 } })
  world.passSeconds(daySeconds)
  expect(await resend(team, id)).toMatchObject({ status: 200, body: { delivery: 'queued', sendCount: 1 } })
  await mail()
  expect(await accept('bob@example.com')).toMatchObject({ status: 200, body: { workspace: { name: 'Blue Team' } } })
})

test('a suppressed invitation can still be accepted by its id', async () => {
  const { invite, world } = await scene({ MAILS_PER_ADDRESS_PER_DAY: '0' })
  const { body } = await invite('bob@example.com')

  const invitationId = body.results[0].invitation.id
  const answer = await world.call('acceptInvitation', { as: tokenOf('bob@example.com'), body: { invitationId } })

  expect(answer).toMatchObject({ status: 200, body: { member: { email: 'bob@example.com' } } })
})

test.each(['bounced', 'complained'] as const)('an address that %s is not written to again for 24 hours', async (reason) => {
  const team = await scene()
  const { world, ann, invite, mail } = team
  const first = (await invite('bob@example.com', 'member')).body.results[0].invitation
  await mail()
  const token = world.linkToken('bob@example.com')
  world.passSeconds(60)
  await block(world, 'bob@example.com', reason)

  const refused = await resend(team, first.id)
  const invited = await invite('bob@example.com', 'developer')
  const elsewhere = { as: ann.token, path: { workspaceId: ann.workspaceId }, body: { emails: ['Bob@example.com'] } }

  expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' }, headers: { 'retry-after': String(daySeconds) } })
  expect(refused.body.detail).toMatch(reason === 'bounced' ? /bounced\. .+ before 2/ : /as spam\. .+ before 2/)
  expect(invited.body.results[0]).toEqual({
    email: 'bob@example.com',
    outcome: 'resent',
    invitation: { ...first, role: 'developer', delivery: reason },
  })
  expect((await world.call('createInvitations', elsewhere)).body.results[0]).toMatchObject({
    outcome: 'invited',
    invitation: { delivery: reason, sendCount: 0 },
  })
  expect(world.queued).toEqual([])
  expect(await lookUp(team, token)).toMatchObject({ status: 200, body: { expiresAt: first.expiresAt } })

  world.passSeconds(daySeconds)
  expect(await resend(team, first.id)).toMatchObject({ status: 200, body: { delivery: 'queued', sendCount: 2 } })
})

test('the list accepts only its default status, and names it when it refuses another', async () => {
  const { invite, here } = await scene()
  await invite('bob@example.com')

  const asDefault = await here('listInvitations')
  const named = await here('listInvitations', { query: { status: 'pending' } })

  expect(named).toMatchObject({ status: 200, body: asDefault.body })
  expect(named.body.data).toHaveLength(1)
  for (const status of ['expired', 'Pending', '', 'pending,pending'])
    expect(await here('listInvitations', { query: { status } }), status).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '?status', detail: expect.stringContaining('pending') }] },
    })
})

test('an inviter is shown by their name in the workspace', async () => {
  const { ann, invite, join } = await scene()
  const boss = await join('boss@example.com', 'admin')

  const { body } = await invite('bob@example.com', 'member', boss.token)

  expect(body.results[0].invitation.invitedBy).toEqual({ accountId: boss.id, name: 'boss' })
  expect(ann.id).not.toBe(boss.id)
})

test('a revoked invitation is dead at once, and its address can be invited again', async () => {
  const team = await scene()
  const { world, invite, mail, here, accept, item } = team
  const { id } = (await invite('bob@example.com')).body.results[0].invitation
  await mail()
  const token = world.linkToken('bob@example.com')

  await here('revokeInvitation', { path: { invitationId: id } })

  expect(await lookUp(team, token)).toMatchObject({ status: 404 })
  expect(await accept('bob@example.com')).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
  expect(await item()).toMatchObject({ pendingCount: 0 })
  expect((await invite('bob@example.com')).body.results[0]).toMatchObject({
    outcome: 'invited',
    invitation: { id: expect.not.stringMatching(id) },
  })
  expect(await lookUp(team, token)).toMatchObject({ status: 404 })
})

test('an invitation that is revoked before its e-mail went out sends none', async () => {
  const { world, invite, mail, here } = await scene()
  const { id } = (await invite('bob@example.com')).body.results[0].invitation

  await here('revokeInvitation', { path: { invitationId: id } })
  await mail()

  expect(world.mails).toEqual([])
})

test('repeating createInvitations with the same Idempotency-Key replays the answer and sends nothing twice', async () => {
  const { world, here, pending } = await scene()
  const ask = (emails: string[], key = 'one') => here('createInvitations', { body: { emails }, headers: { 'idempotency-key': key } })

  const first = await ask(['bob@example.com', 'eve@example.com'])
  world.passSeconds(120)
  const again = await ask(['bob@example.com', 'eve@example.com'])

  expect(again).toMatchObject({ status: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } })
  expect(world.queued).toHaveLength(2)
  expect(await ask(['eve@example.com', 'bob@example.com'])).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  expect(await ask(['bob@example.com', 'eve@example.com'], 'two')).toMatchObject({ body: { results: [{ outcome: 'resent' }, {}] } })
  expect(await pending()).toMatchObject([{ sendCount: 2 }, { sendCount: 2 }])
})

test('an answer that wrote nothing is replayed too', async () => {
  const { here, join } = await scene()
  const bob = await join('bob@example.com', 'member')
  const ask = () => here('createInvitations', { body: { emails: ['bob@example.com'] }, headers: { 'idempotency-key': 'one' } })
  const first = await ask()
  await here('removeMember', { path: { accountId: bob.id } })

  expect(await ask()).toMatchObject({ body: first.body, headers: { 'idempotent-replayed': 'true' } })
})

test('resending twice with the same Idempotency-Key sends once', async () => {
  const team = await scene()
  const { world, invite, here } = team
  const { id } = (await invite('bob@example.com')).body.results[0].invitation
  world.passSeconds(60)
  const ask = () => here('resendInvitation', { path: { invitationId: id }, headers: { 'idempotency-key': 'one' } })

  const first = await ask()
  const again = await ask()

  expect(first).toMatchObject({ status: 200, body: { sendCount: 2 } })
  expect(again).toMatchObject({ status: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } })
  expect(world.queued).toHaveLength(2)
})

test('no part of an address or a token is in a table key or in the queue', async () => {
  const { world, invite, mail } = await scene()
  await invite('secret-bob@example.com')
  const messages = JSON.stringify(world.queued)
  await mail()
  const token = world.linkToken('secret-bob@example.com')

  const rows = await allRows(world.services.table)

  expect(messages).not.toContain('secret-bob')
  for (const { pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk } of rows)
    expect([pk, sk, gsi1pk, gsi1sk, gsi2pk, gsi2sk].join(' ')).not.toMatch(/bob|example/)
  expect(JSON.stringify(rows)).not.toContain(token)
})

test('nobody can be invited to a workspace that is being deleted', async () => {
  const { world, path, invite } = await scene()
  await tamper(world, keys.workspace(path.workspaceId), { status: 'deleting' })

  expect(await invite('bob@example.com')).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
})
