import { expect, test } from 'vitest'
import type { Role } from '#shared/domain/roles.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type Faults, faulty, withClient } from '#test/support/faults.ts'
import { allRows, kindOf, problemsOf } from '#test/support/invariants.ts'
import { forSeeds, type Random } from '#test/support/random.ts'
import { crowd, type Scene, scene } from '#test/support/scene.ts'
import { type Answer, createWorld, signUp, tokenOf, type World } from '#test/support/world.ts'

const bobsAddress = 'bob@example.com'
const roles: readonly Role[] = ['admin', 'developer', 'member']

/** A world's operations, every call to the table late by a few milliseconds that the seed decides. */
const late = (world: World, random: Random, faults: Faults = {}) => {
  const services = faulty(world, random, { delay: 6, ...faults })
  return (name: string, ask: Parameters<World['call']>[1]) => world.call(name, ask, services)
}

const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).sort()
const codes = (answers: readonly Answer[]): string[] => answers.map(({ status, body }) => body?.code ?? String(status)).sort()
const holds = async ({ services }: World) => expect(await problemsOf(services.table)).toEqual([])
const rowsOf = async ({ services }: World, kind: string) => (await allRows(services.table)).filter((row) => kindOf(row) === kind)

/** Bob is invited and has the e-mail. */
async function invited(role: Role = 'member') {
  const team = await scene()
  const { body } = await team.invite(bobsAddress, role)
  await team.mail()
  return { ...team, id: body.results[0].invitation.id as string, token: team.world.linkToken(bobsAddress), bob: tokenOf(bobsAddress) }
}

test('if the last two members leave concurrently, exactly one succeeds, whatever their roles', async () => {
  await forSeeds(25, async (random) => {
    const { world, ann, path, join } = await scene()
    const bob = await join(bobsAddress, random.pick(roles))
    const call = late(world, random)

    const answers = await Promise.all([ann.token, bob.token].map((as) => call('leaveWorkspace', { as, path })))

    expect(codes(answers)).toEqual(['204', 'last_member'])
    await holds(world)
  })
})

test('if the last three admins concurrently leave, name successors and remove each other, one stays', async () => {
  await forSeeds(15, async (random) => {
    const { world, ann, path, join } = await scene()
    const people = [ann, await join('b@example.com', 'admin'), await join('c@example.com', 'admin')]
    const call = late(world, random)
    const act = (me: (typeof people)[number]) => {
      const other = random.pick(people.filter(({ id }) => id !== me.id))
      return random.pick([
        () => call('leaveWorkspace', { as: me.token, path }),
        () => call('leaveWorkspace', { as: me.token, path, query: { successorId: other.id } }),
        () => call('removeMember', { as: me.token, path: { ...path, accountId: other.id } }),
      ])()
    }

    const answers = await Promise.all(people.map(act))

    for (const { status } of answers) expect([204, 400, 403, 404, 409]).toContain(status)
    expect(answers.some(({ status }) => status === 204)).toBe(true)
    await holds(world)
  })
})

test('concurrent demotions, removals and departures of admins always leave an admin and correct counts', async () => {
  await forSeeds(20, async (random) => {
    const { world, ann, path, join } = await scene()
    const people = [
      ann,
      await join('b@example.com', 'admin'),
      await join('c@example.com', 'admin'),
      await join('d@example.com', 'developer'),
    ]
    const call = late(world, random)
    const act = () => {
      const [me, other] = [random.pick(people), random.pick(people)]
      const there = { ...path, accountId: other.id }
      return random.pick([
        () => call('updateMember', { as: me.token, path: there, body: { role: random.pick(roles) } }),
        () => call('removeMember', { as: me.token, path: there }),
        () => call('leaveWorkspace', { as: me.token, path }),
      ])()
    }

    const answers = await Promise.all(Array.from({ length: 8 }, act))

    for (const { status } of answers) expect([200, 204, 403, 404, 409]).toContain(status)
    await holds(world)
  })
})

test('if two admins demote each other concurrently, one stays admin', async () => {
  await forSeeds(15, async (random) => {
    const { world, ann, path, join, item } = await scene()
    const bob = await join(bobsAddress, 'admin')
    const call = late(world, random)
    const demote = (as: string, accountId: string) => call('updateMember', { as, path: { ...path, accountId }, body: { role: 'member' } })

    const answers = await Promise.all([demote(ann.token, bob.id), demote(bob.token, ann.id), demote(bob.token, bob.id)])

    for (const { status } of answers) expect([200, 403, 409]).toContain(status)
    expect((await item()).adminCount).toBe(1)
    await holds(world)
  })
})

test('ten concurrent accepts of one link have one effect and one answer', async () => {
  await forSeeds(15, async (random) => {
    const { world, token, bob, id, item } = await invited('admin')
    if (random.chance(0.5)) await signUp(world, bobsAddress)
    const call = late(world, random)
    const bodies = [{ token }, { invitationId: id }]

    const answers = await Promise.all(Array.from({ length: 10 }, () => call('acceptInvitation', { as: bob, body: random.pick(bodies) })))

    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 200, body: { workspace: { memberCount: 2 } } })
    expect(await item()).toMatchObject({ memberCount: 2, adminCount: 2, pendingCount: 0 })
    await holds(world)
  })
})

test('a link that several people try concurrently admits only the person it was sent to', async () => {
  await forSeeds(8, async (random) => {
    const { world, token, bob } = await invited()
    const call = late(world, random)
    const people = random.shuffled([bob, tokenOf('eve@example.com'), tokenOf(bobsAddress, { sub: 'second' })])

    const answers = await Promise.all(people.map((as) => call('acceptInvitation', { as, body: { token } })))

    // Two accounts may have the one address; the link works once.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const { status } of answers) expect([200, 403, 404]).toContain(status)
    await holds(world)
  })
})

test('twenty concurrent account creations create one account with one default workspace', async () => {
  await forSeeds(8, async (random) => {
    const world = await createWorld()
    const call = late(world, random)
    const as = tokenOf(bobsAddress)

    const answers = await Promise.all(Array.from({ length: 20 }, () => call('createAccount', { as })))

    expect(statuses(answers)).toEqual([...Array(19).fill(200), 201])
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(await rowsOf(world, 'Workspace')).toHaveLength(1)
    await holds(world)
    await world.close()
  })
})

test('creating an account and accepting an invitation concurrently creates one account', async () => {
  await forSeeds(15, async (random) => {
    const { world, token, bob } = await invited()
    const call = late(world, random)

    const [created, accepted] = await Promise.all([
      call('createAccount', { as: bob }),
      call('acceptInvitation', { as: bob, body: { token } }),
    ])

    expect([200, 201]).toContain(created.status)
    expect(accepted).toMatchObject({
      status: 200,
      body: { accountCreated: created.status === 200, account: created.body.account },
    })
    expect(await rowsOf(world, 'Account')).toHaveLength(2)
    await holds(world)
  })
})

test('of concurrent accepting and revoking, exactly one succeeds', async () => {
  await forSeeds(25, async (random) => {
    const { world, ann, path, id, token, bob, item } = await invited('developer')
    const call = late(world, random)

    const [accepted, revoked] = await Promise.all([
      call('acceptInvitation', { as: bob, body: { token } }),
      call('revokeInvitation', { as: ann.token, path: { ...path, invitationId: id } }),
    ])

    expect([
      [200, 404],
      [404, 204],
    ]).toContainEqual([accepted.status, revoked.status])
    expect(await item()).toMatchObject({ memberCount: accepted.status === 200 ? 2 : 1, pendingCount: 0 })
    await holds(world)
  })
})

test('of concurrent accepting and declining, exactly one succeeds', async () => {
  await forSeeds(15, async (random) => {
    const { world, id, token, bob } = await invited()
    const call = late(world, random)

    const answers = await Promise.all([
      call('acceptInvitation', { as: bob, body: { token } }),
      call('declineInvitation', { as: bob, body: { invitationId: id } }),
    ])

    expect([
      [200, 404],
      [404, 204],
    ]).toContainEqual(answers.map(({ status }) => status))
    await holds(world)
  })
})

test('of concurrent accepting and resending, either the link works or a new one arrives', async () => {
  await forSeeds(25, async (random) => {
    const team = await invited()
    const { world, ann, path, id, token, bob } = team
    world.passSeconds(60)
    const call = late(world, random)

    const [accepted, resent] = await Promise.all([
      call('acceptInvitation', { as: bob, body: { token } }),
      random.pick([
        () => call('resendInvitation', { as: ann.token, path: { ...path, invitationId: id } }),
        () => call('createInvitations', { as: ann.token, path, body: { emails: [bobsAddress], role: 'admin' } }),
      ])(),
    ])

    await team.mail()
    expect([200, 404]).toContain(accepted.status)
    expect([200, 404]).toContain(resent.status)
    if (accepted.status === 404) expect(await team.accept(bobsAddress)).toMatchObject({ status: 200 })
    else expect(resent.body).not.toMatchObject({ results: [{ outcome: 'resent' }] })
    expect((await team.members()).map(({ email }: { email: string }) => email)).toEqual([ann.email, bobsAddress])
    await holds(world)
  })
})

test('changing the role while the invitation is accepted: the member gets one of the roles that were given', async () => {
  await forSeeds(15, async (random) => {
    const { world, ann, path, token, bob, members, pending } = await invited('member')
    const call = late(world, random)

    const [accepted, changed] = await Promise.all([
      call('acceptInvitation', { as: bob, body: { token } }),
      call('createInvitations', { as: ann.token, path, body: { emails: [bobsAddress], role: 'admin' } }),
    ])

    expect(accepted.status).toBe(200)
    const [, member] = await members()
    expect(member.role).toBe(accepted.body.member.role)
    expect(['resent', 'already_member']).toContain(changed.body.results[0].outcome)
    if (changed.body.results[0].outcome === 'resent') expect(member.role).toBe('admin')
    expect(await pending()).toEqual([])
    await holds(world)
  })
})

test('five admins who invite one address concurrently create one invitation and send one e-mail', async () => {
  await forSeeds(10, async (random) => {
    const { world, path, ann, join, mail, item } = await scene()
    const admins = [ann.token]
    for (const name of ['b', 'c', 'd', 'e']) admins.push((await join(`${name}@example.com`, 'admin')).token)
    world.mails = []
    const call = late(world, random)

    const answers = await Promise.all(admins.map((as) => call('createInvitations', { as, path, body: { emails: [bobsAddress] } })))

    const outcomes = answers.map(({ body }) => body.results?.[0].outcome).sort()
    expect(outcomes).toEqual(['invited', 'resent', 'resent', 'resent', 'resent'])
    await mail()
    expect(world.mails).toHaveLength(1)
    expect(await item()).toMatchObject({ pendingCount: 1 })
    const [quota] = (await rowsOf(world, 'MailQuota')).filter(({ pk }) => pk === `MAILBOX#${mailboxIn(answers)}`)
    expect(quota?.count ?? 1).toBe(1)
    await holds(world)

    function mailboxIn([answer]: readonly Answer[]): string {
      return answer?.body.results[0].invitation.id.slice(-26) ?? ''
    }
  })
})

test('the limits hold exactly, however many invite concurrently', async () => {
  const names = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}@example.com`)
  await forSeeds(2, async (random) => {
    const { world, ann, path, invite, item } = await scene()
    for (const name of ['a', 'b', 'c']) await invite(names(name, 50))
    await invite(names('d', 42))
    const call = late(world, random)
    const ask = (name: string) => call('createInvitations', { as: ann.token, path, body: { emails: names(name, 3) } })

    const answers = await Promise.all(['p', 'q', 'r', 's', 't'].map(ask))

    expect(codes(answers)).toEqual(['200', '200', 'too_many_invitations', 'too_many_invitations', 'too_many_invitations'])
    expect(await item()).toMatchObject({ pendingCount: 198 })
    await holds(world)
  })
  await forSeeds(4, async (random) => {
    const { world, ann, path } = await scene({ INVITATIONS_PER_DAY: '20' })
    const call = late(world, random)
    const ask = (name: string) => call('createInvitations', { as: ann.token, path, body: { emails: names(name, 8) } })

    const answers = await Promise.all(['p', 'q', 'r', 's'].map(ask))

    expect(codes(answers)).toEqual(['200', '200', 'rate_limited', 'rate_limited'])
    await holds(world)
  })
})

test('an address that six workspaces invite concurrently gets no more e-mails than the daily limit', async () => {
  await forSeeds(6, async (random) => {
    const { world } = await scene({ MAILS_PER_ADDRESS_PER_DAY: '3' })
    const inviters = []
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) inviters.push(await signUp(world, `${name}@example.com`))
    const call = late(world, random)

    const answers = await Promise.all(
      inviters.map(({ token, workspaceId }) =>
        call('createInvitations', { as: token, path: { workspaceId }, body: { emails: [bobsAddress] } }),
      ),
    )

    const deliveries = answers.map(({ body }) => body.results[0].invitation.delivery).sort()
    expect(deliveries).toEqual(['queued', 'queued', 'queued', 'suppressed', 'suppressed', 'suppressed'])
    await world.run('sendMail')
    expect(world.mails).toHaveLength(3)
    await holds(world)
  })
})

test('of five who accept concurrently, one gets the last of a thousand seats', async () => {
  const { world, path, invite, mail, item } = await scene()
  const emails = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}@example.com`)
  await invite(emails)
  await mail()
  await crowd(world, path.workspaceId, 998)
  await forSeeds(1, async (random) => {
    const call = late(world, random)

    const answers = await Promise.all(
      emails.map((email) => call('acceptInvitation', { as: tokenOf(email), body: { token: world.linkToken(email) } })),
    )

    expect(codes(answers)).toEqual(['200', ...Array(4).fill('too_many_members')])
    expect(await item()).toMatchObject({ memberCount: 1000, pendingCount: 4 })
    await holds(world)
  })
})

test('of concurrent requests with one Idempotency-Key, one takes effect and all get its answer', async () => {
  await forSeeds(10, async (random) => {
    const { world, ann, path } = await scene()
    const call = late(world, random)
    const headers = { 'idempotency-key': 'one' }
    const ask = random.pick([
      () => call('createProject', { as: ann.token, path, body: { name: 'Rocket' }, headers }),
      () => call('createWorkspace', { as: ann.token, body: { name: 'Rocket' }, headers }),
      () => call('createInvitations', { as: ann.token, path, body: { emails: [bobsAddress] }, headers }),
    ])

    const answers = await Promise.all(Array.from({ length: 8 }, ask))

    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] !== 'true')).toHaveLength(1)
    const made = [...(await rowsOf(world, 'Project')), ...(await rowsOf(world, 'Invitation')), ...(await rowsOf(world, 'Workspace'))]
    // Ann's default workspace and Blue Team are there already.
    expect(made).toHaveLength(3)
    await holds(world)
  })
})

test('an invitation that is created while the clean-up removes an expired one to the same address stays', async () => {
  await forSeeds(12, async (random) => {
    const { world, ann, path, invite, mail, pending } = await scene()
    await invite([bobsAddress, 'eve@example.com'])
    await mail()
    world.passSeconds(604_800)
    const services = faulty(world, random, { delay: 6 })

    const [answer] = await Promise.all([
      world.call('createInvitations', { as: ann.token, path, body: { emails: [bobsAddress] } }, services),
      world.run('cleanUp', undefined, services),
    ])
    await world.run('cleanUp')

    expect(answer.body.results).toMatchObject([{ outcome: 'invited' }])
    expect(await pending()).toMatchObject([{ email: bobsAddress }])
    await holds(world)
  })
})

test('nothing is written into a workspace whose deletion began meanwhile', async () => {
  await forSeeds(10, async (random) => {
    const { world, ann, path, token, bob } = await invited()
    const call = late(world, random)
    const as = ann.token

    const [deleted, ...others] = await Promise.all([
      call('deleteWorkspace', { as, path, query: { confirm: 'Blue Team' } }),
      call('createProject', { as, path, body: { name: 'P' } }),
      call('createInvitations', { as, path, body: { emails: ['eve@example.com'] } }),
      call('acceptInvitation', { as: bob, body: { token } }),
      call('updateWorkspace', { as, path, body: { name: 'Blue Team' } }),
      call('createApiKey', { as, path, body: { name: 'CI' } }),
    ])

    expect(deleted.status).toBe(202)
    for (const { status } of others) expect([200, 201, 404]).toContain(status)
    const before = (await allRows(world.services.table)).length
    for (const name of ['createProject', 'createApiKey'])
      expect(await world.call(name, { as, path, body: { name: 'P' } })).toMatchObject({ status: 404 })
    expect((await allRows(world.services.table)).length).toBe(before)
  })
})

test.each<[string, object]>([
  ['deleteWorkspace', { query: { confirm: 'Blue Team' } }],
  ['updateWorkspace', { body: { name: 'Red Team' } }],
  ['createInvitations', { body: { emails: ['eve@example.com'] } }],
  ['createApiKey', { body: { name: 'CI' } }],
])('an admin who is demoted while %s is under way has not done it', async (name, ask) => {
  const { world, ann, path, here, join, item } = await scene()
  const bob = await join(bobsAddress, 'admin')
  let before: Promise<unknown> | undefined
  const demote = async () => {
    await here('updateMember', { as: ann.token, path: { accountId: bob.id }, body: { role: 'member' } })
    return item()
  }
  const services = withClient(world, (client) =>
    client.middlewareStack.add(
      (next) => async (args) => {
        if ('TransactItems' in args.input) {
          before ??= demote()
          await before
        }
        return next(args)
      },
      { step: 'initialize', name: 'demotion' },
    ),
  )

  const answer = await world.call(name, { as: bob.token, path, ...ask }, services)

  expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await item()).toEqual(await before)
})

/** Anything that anybody may try in a workspace. */
function anyAct(random: Random, team: Scene, call: ReturnType<typeof late>, emails: readonly string[]): Promise<Answer> {
  const { path, world } = team
  const email = random.pick(emails)
  const [as, other] = [tokenOf(random.pick(emails)), random.pick(emails)]
  const role = random.pick(roles)
  const someone = async () => {
    const rows = await rowsOf(world, 'Member')
    return {
      ...path,
      accountId: rows.find((row) => row.email === other && row.workspaceId === path.workspaceId)?.accountId ?? 'acc_nobody',
    }
  }
  return random.pick([
    () => call('createInvitations', { as, path, body: { emails: random.shuffled(emails).slice(0, 3), role } }),
    () => call('createInvitations', { as: team.ann.token, path, body: { emails: [email], role } }),
    () => call('acceptInvitation', { as: tokenOf(email), body: { token: world.linkToken(email) || 'none' } }),
    () => call('acceptInvitation', { as: tokenOf(email), body: { token: world.linkToken(email) || 'none' } }),
    () => call('declineInvitation', { as: tokenOf(email), body: { token: world.linkToken(email) || 'none' } }),
    () => call('leaveWorkspace', { as, path }),
    async () => call('removeMember', { as, path: await someone() }),
    async () => call('updateMember', { as, path: await someone(), body: { role } }),
    () => call('createProject', { as, path, body: { name: 'P' }, headers: { 'idempotency-key': String(random.below(4)) } }),
    () => call('createAccount', { as }),
  ])()
}

test('all rules hold whatever people do concurrently while answers are lost, transactions conflict and the table is throttled', async () => {
  await forSeeds(8, async (random) => {
    const team = await scene({ INVITATION_RESEND_COOLDOWN_SECONDS: '1', MAILS_PER_ADDRESS_PER_DAY: '50' })
    const { world } = team
    const emails = [team.ann.email, 'b@example.com', 'c@example.com', 'd@example.com', 'e@example.com']
    await team.invite(emails.slice(1), 'admin')
    await team.mail()
    const faults = { delay: 3, lostAnswer: 0.05, lostRequest: 0.05, conflict: 0.1, throttle: 0.02 }
    const call = late(world, random, faults)

    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => anyAct(random, team, call, emails)))
      for (const { status, body } of answers) expect(status, JSON.stringify(body)).toBeLessThan(500)
      await world.run('sendMail', undefined, faulty(world, random, faults))
      world.passSeconds(20)
      await world.run('cleanUp')
      await team.mail()
      await holds(world)
    }
  })
})

test('every invitation row reads back unchanged', async () => {
  const { world, path, invite } = await scene()
  const { body } = await invite(bobsAddress)

  const [row] = await rowsOf(world, 'Invitation')

  expect(row).toMatchObject({
    ...keys.invitation({ workspaceId: path.workspaceId, addressKey: row?.addressKey }),
    ...body.results[0].invitation,
  })
})

test('once an admin is removed or demoted, no invitation they sent admits anyone, whatever races with it', async () => {
  await forSeeds(20, async (random) => {
    const team = await scene()
    const { world, ann, path, join, invite, members } = team
    const boss = await join(bobsAddress, 'admin')
    const [racing = '', waiting = '', late1 = ''] = ['a', 'b', 'c'].map((name) => `${name}@example.com`)
    const sent = await invite([racing, waiting], 'admin', boss.token)
    const [one, two] = sent.body.results.map(({ invitation }: { invitation: { id: string } }) => invitation.id)
    await team.mail()
    world.passSeconds(60)
    const call = late(world, random)
    const there = { ...path, accountId: boss.id }
    const asBoss = { as: boss.token, path }
    const accept = (email: string, invitationId: string) => call('acceptInvitation', { as: tokenOf(email), body: { invitationId } })

    const [, accepted, invited] = await Promise.all([
      random.pick([
        () => call('removeMember', { as: ann.token, path: there }),
        () => call('updateMember', { as: ann.token, path: there, body: { role: 'member' } }),
        () => call('updateMember', { as: boss.token, path: there, body: { role: 'developer' } }),
      ])(),
      accept(racing, one),
      call('createInvitations', { ...asBoss, body: { emails: [late1, waiting], role: 'admin' } }),
      call('resendInvitation', { ...asBoss, path: { ...path, invitationId: random.pick([one, two]) } }),
      call('createInvitations', { as: ann.token, path, body: { emails: ['d@example.com'] } }),
      world.run('sendMail'),
      world.run('cleanUp'),
    ])

    const third = invited.body.results?.[0].invitation.id ?? `inv_${'0'.repeat(52)}`
    expect([200, 404]).toContain(accepted.status)
    expect(await accept(racing, one)).toMatchObject({ status: accepted.status })
    expect(await accept(waiting, two)).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
    expect(await accept(late1, third)).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
    const expected = [ann.email, bobsAddress, ...(accepted.status === 200 ? [racing] : [])]
    for (const { email } of await members()) expect(expected).toContain(email)
    await holds(world)
  })
})

test('many concurrent removals all succeed, and each is recorded', async () => {
  await forSeeds(3, async (random) => {
    const { world, ann, path, item } = await scene()
    const people = await crowd(world, path.workspaceId, 9)
    const call = late(world, random)

    const answers = await Promise.all(people.map(({ accountId }) => call('removeMember', { as: ann.token, path: { ...path, accountId } })))

    expect(statuses(answers)).toEqual(Array(9).fill(204))
    const { dismissals, ...rest } = await item()
    expect(dismissals).toBe(9)
    const noted = Object.entries(rest).flatMap(([name, count]) => (name.startsWith('dismissed#') ? Number(count) : []))
    expect(noted.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    await holds(world)
  })
})
