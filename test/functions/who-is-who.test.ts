import { expect, onTestFinished, test } from 'vitest'
import { updateMembers } from '#functions/workers/update-members.ts'
import type { Account } from '#shared/domain/account.ts'
import { derivedId } from '#shared/domain/ids.ts'
import type { Member } from '#shared/domain/member.ts'
import { changeAccount } from '#shared/table/accounts.ts'
import * as keys from '#shared/table/design/keys.ts'
import { problemsOf } from '#test/support/invariants.ts'
import { Random } from '#test/support/random.ts'
import { asFunction } from '#test/support/recording.ts'
import { type Scene, scene } from '#test/support/scene.ts'
import { createWorld, signUp, tokenOf, type World } from '#test/support/world.ts'

const begin = 1_764_000_000

/** A token of one person, whatever address it carries; `age` in seconds after the first. */
const dana = (email: string, age = 0, verified = true) => tokenOf(email, { sub: 'dana', verified, iat: begin + age })
const danasId = derivedId('acc', 'test', 'dana')

async function empty() {
  const world = await createWorld()
  onTestFinished(() => world.close())
  return world
}

const createAccount = (world: World, as: string) => world.call('createAccount', { as })

/** Who the account says that it is, in the answer and at rest. */
async function shown(world: World, as: string): Promise<[string, boolean]> {
  const { body } = await world.call('getMe', { as })
  expect((await world.call('whoami', { as })).body.account).toEqual(body)
  return [body.email, body.emailVerified]
}

const accountOf = async ({ services }: World, id: string): Promise<Account & { gsi2sk?: string }> =>
  (await services.table.get(keys.account(id)))!

/** Members of a workspace as its list shows them. */
async function listed(world: World, as: string, workspaceId: string): Promise<[string, string, boolean][]> {
  const { body } = await world.call('listMembers', { as, path: { workspaceId } })
  return body.data.map(({ name, email, emailVerified }: Member) => [name, email, emailVerified])
}

const queuedFor = (world: World) => world.queued.filter(({ queue }) => queue === 'accounts').map(({ message }) => message)

/** Works off what is queued, and what the clean-up finds until nothing is owed any more. */
async function settle(world: World): Promise<void> {
  expect(await world.run('updateMembers')).toEqual([])
  for (let round = 0; round < 2; round++) {
    world.passSeconds(61)
    await world.run('cleanUp')
    expect(await world.run('updateMembers')).toEqual([])
  }
  expect(await problemsOf(world.services.table)).toEqual([])
}

/** Does something once, just before a transaction is written that `isIt`. */
function before({ services: { table } }: World, isIt: (writes: readonly unknown[]) => boolean, meanwhile: () => Promise<unknown>): void {
  const write = table.write.bind(table)
  let done = false
  table.write = async (...writes) => {
    if (!done && isIt(writes)) {
      done = true
      await meanwhile()
    }
    return write(...writes)
  }
}

const writesTo = (key: { pk: string; sk: string }) => (writes: readonly unknown[]) => {
  const text = JSON.stringify(writes)
  return text.includes(`"${key.pk}"`) && text.includes(`"${key.sk}"`)
}

test('an account’s identity comes from its first token, verified or not', async () => {
  const world = await empty()

  const { body } = await createAccount(world, dana('dana@first.example', 0, false))

  expect(body.account).toMatchObject({ email: 'dana@first.example', emailVerified: false })
  expect((await createAccount(world, tokenOf('eve@example.com'))).body.account).toMatchObject({ emailVerified: true })
})

test('a verified address replaces one that was never verified, even from an older token', async () => {
  const world = await empty()
  await createAccount(world, dana('boss@corp.example', 100, false))

  const { status, body } = await createAccount(world, dana('dana@example.com', 50))

  expect([status, body.account.email, body.account.emailVerified]).toEqual([200, 'dana@example.com', true])
  expect(await shown(world, dana('dana@example.com', 50))).toEqual(['dana@example.com', true])
})

test('of two verified addresses the newer token’s is shown; older tokens and unverified addresses change nothing', async () => {
  const world = await empty()
  await createAccount(world, dana('a@example.com', 10))

  await createAccount(world, dana('b@example.com', 30))
  await createAccount(world, dana('c@example.com', 20))
  await createAccount(world, dana('d@example.com', 40, false))

  expect(await shown(world, dana('x@example.com'))).toEqual(['b@example.com', true])
})

test('a newer token with the same address outdates every token before it', async () => {
  const world = await empty()
  await createAccount(world, dana('a@example.com', 10))
  await createAccount(world, dana('A@example.com', 30))

  await createAccount(world, dana('b@example.com', 20))

  expect(await shown(world, dana('x@example.com'))).toEqual(['a@example.com', true])
  expect(queuedFor(world)).toEqual([])
})

test.for([1, 2, 3, 4, 5, 6])('in whatever order tokens come, and at once, the newest verified one wins (seed %i)', async (seed) => {
  const world = await empty()
  const random = new Random(seed)
  const tokens = Array.from({ length: 7 }, (_, i) => ({
    email: `d${i}@example.com`,
    age: random.below(1_000),
    verified: random.chance(0.6),
  }))
  await createAccount(world, dana('first@example.com', 500, false))

  await Promise.all(tokens.map(({ email, age, verified }) => createAccount(world, dana(email, age, verified))))

  const newest = tokens.filter(({ verified }) => verified).toSorted((a, b) => b.age - a.age)[0]
  expect(await shown(world, dana('x@example.com'))).toEqual(newest ? [newest.email, true] : ['first@example.com', false])
  await settle(world)
})

test('many concurrent requests with the same newer token make one change', async () => {
  const world = await empty()
  await createAccount(world, dana('boss@corp.example', 0, false))

  await Promise.all(Array.from({ length: 8 }, () => createAccount(world, dana('dana@example.com', 5))))

  expect(await accountOf(world, danasId)).toMatchObject({ version: 1 })
  expect(queuedFor(world)).toEqual([{ accountId: danasId }])
})

test('accepting with a verified address shows it everywhere, whatever address was shown before', async () => {
  const team = await scene()
  const { world, path, ann } = team
  const { body } = await createAccount(world, dana('boss@corp.example', 0, false))
  const own = body.defaultWorkspace.id
  await team.invite('dana@example.com')
  await team.mail()

  const accepted = await team.accept('dana@example.com', dana('dana@example.com', 10))

  expect(accepted.body).toMatchObject({
    accountCreated: false,
    account: { id: danasId, email: 'dana@example.com', emailVerified: true },
    member: { email: 'dana@example.com', emailVerified: true },
  })
  expect(await listed(world, ann.token, path.workspaceId)).toEqual([
    ['Ann', 'ann@example.com', true],
    ['boss', 'dana@example.com', true],
  ])
  expect(queuedFor(world)).toEqual([{ accountId: danasId }])
  await world.run('updateMembers')
  expect(await listed(world, dana('x@example.com'), own)).toEqual([['boss', 'dana@example.com', true]])
  await settle(world)
})

test('accepting concurrently with a newer token: the newer address is shown, and the member joins', async () => {
  const team = await scene()
  const { world, path, ann } = team
  await createAccount(world, dana('boss@corp.example', 0, false))
  await team.invite('dana@example.com')
  await team.mail()
  const newer = () => createAccount(world, dana('dana@new.example', 20))
  before(world, writesTo(keys.member({ workspaceId: path.workspaceId, accountId: danasId })), newer)

  const body = { token: world.linkToken('dana@example.com') }
  const answer = await world.call('acceptInvitation', { as: dana('dana@example.com', 10), body })

  expect(answer).toMatchObject({ status: 200, body: { member: { email: 'dana@new.example' } } })
  expect(await listed(world, ann.token, path.workspaceId)).toContainEqual(['boss', 'dana@new.example', true])
  await settle(world)
})

test('a member who accepts again with a newer address is shown with it too', async () => {
  const team = await scene()
  const { world } = team
  await createAccount(world, dana('a@example.com', 10))
  for (const [email, age] of [
    ['a@example.com', 11],
    ['b@example.com', 12],
  ] as const) {
    await team.invite(email)
    await team.mail()
    expect((await team.accept(email, dana(email, age))).status).toBe(200)
  }

  expect(await shown(world, dana('x@example.com'))).toEqual(['b@example.com', true])
  await settle(world)
})

/** Dana in several workspaces of her own. */
async function danasWorkspaces(world: World, count: number): Promise<string[]> {
  const as = dana('a@example.com', 10)
  const { body } = await createAccount(world, as)
  const ids = [body.defaultWorkspace.id]
  while (ids.length < count) ids.push((await world.call('createWorkspace', { as, body: { name: `W${ids.length}` } })).body.id)
  return ids
}

test('a changed address queues one message and shows in every workspace; the old address is free again', async () => {
  const world = await empty()
  const ids = await danasWorkspaces(world, 5)
  const as = dana('b@example.com', 20)

  await createAccount(world, as)

  expect(queuedFor(world)).toEqual([{ accountId: danasId }])
  await world.run('updateMembers')
  for (const workspaceId of ids) {
    expect(await listed(world, as, workspaceId)).toEqual([['a', 'b@example.com', true]])
    const { body } = await world.call('createInvitations', {
      as,
      path: { workspaceId },
      body: { emails: ['a@example.com', 'b@example.com'] },
    })
    expect(body.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['invited', 'already_member'])
  }
  await settle(world)
})

test('the clean-up makes up for a lost message, and nothing is owed afterwards', async () => {
  const world = await empty()
  const [workspaceId = ''] = await danasWorkspaces(world, 1)
  const as = dana('b@example.com', 20)
  await createAccount(world, as)
  world.queued = []

  world.passSeconds(61)
  await world.run('cleanUp')

  expect(queuedFor(world)).toEqual([{ accountId: danasId }])
  await world.run('updateMembers')
  expect(await listed(world, as, workspaceId)).toEqual([['a', 'b@example.com', true]])
  expect(await accountOf(world, danasId)).not.toHaveProperty('gsi2sk')
  world.passSeconds(3_600)
  await world.run('cleanUp')
  expect(world.queued).toEqual([])
})

test('the second pass finds a member row that was being written when the address changed', async () => {
  const world = await empty()
  await danasWorkspaces(world, 1)
  const as = dana('b@example.com', 20)
  const change = async () => {
    await createAccount(world, as)
    expect(await world.run('updateMembers')).toEqual([])
  }
  before(world, (writes) => writes.length >= 3, change)
  const { body } = await world.call('createWorkspace', { as, body: { name: 'Late' } })
  expect(await listed(world, as, body.id)).toEqual([['a', 'a@example.com', true]])

  world.passSeconds(61)
  await world.run('cleanUp')
  await world.run('updateMembers')

  expect(await listed(world, as, body.id)).toEqual([['a', 'b@example.com', true]])
  await settle(world)
})

test('late work on an older change overwrites nothing of a newer one', async () => {
  const world = await empty()
  const [workspaceId = ''] = await danasWorkspaces(world, 1)
  await createAccount(world, dana('b@example.com', 20))
  const newest = dana('c@example.com', 30)
  const meanwhile = async () => {
    await createAccount(world, newest)
    expect(await world.run('updateMembers', [{ accountId: danasId }])).toEqual([])
  }
  before(world, writesTo(keys.member({ workspaceId, accountId: danasId })), meanwhile)

  expect(await world.run('updateMembers')).toEqual([])

  expect(await listed(world, newest, workspaceId)).toEqual([['a', 'c@example.com', true]])
  expect(await accountOf(world, danasId)).toHaveProperty('gsi2sk')
  await settle(world)
})

test('repeating the same message, even concurrently, changes nothing more', async () => {
  const world = await empty()
  const [workspaceId = ''] = await danasWorkspaces(world, 3)
  const as = dana('b@example.com', 20)
  await createAccount(world, as)
  const message = { accountId: danasId }

  expect(await world.run('updateMembers', [message, message, message])).toEqual([])
  expect(await world.run('updateMembers', [message, { accountId: derivedId('acc', 'test', 'nobody') }])).toEqual([])

  expect(await listed(world, as, workspaceId)).toEqual([['a', 'b@example.com', true]])
  await settle(world)
})

test('a run that runs out of time continues in another, whatever the number of workspaces', async () => {
  const world = await empty()
  const ids = await danasWorkspaces(world, 120)
  const as = dana('b@example.com', 20)
  await createAccount(world, as)
  const { queue: _, ...first } = world.queued.shift()!
  let message = first.message as Parameters<typeof updateMembers.handle>[0]
  let runs = 0

  // There is time for one page in each run.
  for (; message; runs++) {
    await asFunction('updateMembers', () => updateMembers.handle(message, { ...world.services, remaining: () => 1_000 }))
    message = world.queued.shift()?.message as typeof message
  }

  expect(runs).toBe(3)
  for (const workspaceId of [ids[0]!, ids[60]!, ids[119]!])
    expect(await listed(world, as, workspaceId)).toEqual([['a', 'b@example.com', true]])
  await settle(world)
})

/** Ann's team with Carol, whose address is about to become Dana's, who is in it too. */
async function sharing() {
  const team = await scene()
  const carol = await team.join('carol@example.com', 'member')
  await team.invite('a@example.com')
  await team.mail()
  await team.accept('a@example.com', dana('a@example.com', 10))
  return { ...team, carol }
}

const outcomes = async ({ invite }: Scene, ...emails: string[]) =>
  (await invite(emails)).body.results.map(({ outcome }: { outcome: string }) => outcome)

test('an address that belongs to another member stays theirs, in whichever order the two are updated', async () => {
  const team = await sharing()
  const { world, ann, path, carol } = team
  await createAccount(world, dana('carol@example.com', 20))

  await world.run('updateMembers')

  expect(await listed(world, ann.token, path.workspaceId)).toContainEqual(['a', 'carol@example.com', true])
  expect(await problemsOf(world.services.table)).toEqual([])
  await team.here('removeMember', { path: { accountId: danasId } })
  expect(await outcomes(team, 'carol@example.com', 'a@example.com')).toEqual(['already_member', 'invited'])
  expect((await team.here('removeMember', { path: { accountId: carol.id } })).status).toBe(204)
  expect(await outcomes(team, 'carol@example.com')).toEqual(['invited'])
  await settle(world)
})

test('two members can hold the same address one after the other', async () => {
  const team = await sharing()
  const { world } = team
  await createAccount(world, dana('carol@example.com', 20))
  await settle(world)
  await world.call('createAccount', { as: tokenOf('carol@new.example', { sub: 'carol@example.com', iat: begin + 100 }) })
  await settle(world)

  await createAccount(world, dana('dana@example.com', 30))
  await settle(world)
  await createAccount(world, dana('carol@example.com', 40))
  await settle(world)

  expect(await outcomes(team, 'carol@example.com', 'carol@new.example', 'dana@example.com')).toEqual([
    'already_member',
    'already_member',
    'invited',
  ])
})

test('accepting an invitation to an address that has become another member’s joins, and leaves that member’s address row alone', async () => {
  const team = await scene()
  const { world } = team
  await team.join('carol@example.com', 'member')
  await team.invite('dana@example.com')
  await team.mail()
  await world.call('createAccount', { as: tokenOf('dana@example.com', { sub: 'carol@example.com', iat: begin + 100 }) })
  await settle(world)

  const accepted = await team.accept('dana@example.com', dana('dana@example.com', 10))

  expect(accepted).toMatchObject({ status: 200, body: { member: { accountId: danasId, email: 'dana@example.com' } } })
  expect(await problemsOf(world.services.table)).toEqual([])
  await team.here('removeMember', { path: { accountId: danasId } })
  expect(await outcomes(team, 'dana@example.com')).toEqual(['already_member'])
})

test.for(['removeMember', 'leaveWorkspace'] as const)('%s while the address moves leaves no mark of it behind', async (name) => {
  const team = await sharing()
  const { world, path } = team
  const key = keys.member({ workspaceId: path.workspaceId, accountId: danasId })
  const move = async () => {
    await createAccount(world, dana('b@example.com', 20))
    expect(await world.run('updateMembers')).toEqual([])
  }
  before(world, writesTo(key), move)
  const ask =
    name === 'removeMember' ? { as: team.ann.token, path: { ...path, accountId: danasId } } : { as: dana('a@example.com', 10), path }

  expect((await world.call(name, ask)).status).toBe(204)

  expect(await problemsOf(world.services.table)).toEqual([])
  expect(await outcomes(team, 'a@example.com', 'b@example.com')).toEqual(['invited', 'invited'])
  await settle(world)
})

test.for(['removed', 'deleting'] as const)(
  'nothing is brought back into a workspace from which the person was %s meanwhile',
  async (what) => {
    const team = await sharing()
    const { world, path, ann } = team
    await createAccount(world, dana('b@example.com', 20))
    const meanwhile = () =>
      what === 'removed'
        ? team.here('removeMember', { path: { accountId: danasId } })
        : team.here('deleteWorkspace', { query: { confirm: 'Blue Team' } })
    before(world, writesTo(keys.member({ workspaceId: path.workspaceId, accountId: danasId })), meanwhile)

    expect(await world.run('updateMembers')).toEqual([])

    const row = await world.services.table.get(keys.member({ workspaceId: path.workspaceId, accountId: danasId }))
    if (what === 'removed') expect(row).toBeUndefined()
    else expect(row).toMatchObject({ email: 'a@example.com' })
    expect(ann.id).toBeTruthy()
    await settle(world)
  },
)

test('a changed name is propagated the same way', async () => {
  const team = await sharing()
  const { world, path, ann } = team
  const account = await accountOf(world, danasId)

  await world.services.table.write(changeAccount(account, { name: 'Dana Scully' }, world.now).write)
  await world.run('updateMembers', [{ accountId: danasId }])

  expect(await listed(world, ann.token, path.workspaceId)).toContainEqual(['Dana Scully', 'a@example.com', true])
  await settle(world)
})

test('late work on an older change of name overwrites nothing of a newer one', async () => {
  const team = await sharing()
  const { world, path, ann } = team
  const rename = async (name: string) =>
    world.services.table.write(changeAccount(await accountOf(world, danasId), { name }, world.now).write)
  await rename('Older')
  before(world, writesTo(keys.member({ workspaceId: path.workspaceId, accountId: danasId })), async () => {
    await rename('Newer')
    expect(await world.run('updateMembers', [{ accountId: danasId }])).toEqual([])
  })

  expect(await world.run('updateMembers', [{ accountId: danasId }])).toEqual([])

  expect(await listed(world, ann.token, path.workspaceId)).toContainEqual(['Newer', 'a@example.com', true])
  await settle(world)
})

test('a change that arrives while an older one is being completed stays owed', async () => {
  const team = await sharing()
  const { world, path } = team
  await createAccount(world, dana('b@example.com', 20))
  world.queued = []
  world.passSeconds(61)
  before(world, writesTo(keys.member({ workspaceId: path.workspaceId, accountId: danasId })), () =>
    createAccount(world, dana('c@example.com', 30)),
  )

  expect(await world.run('updateMembers', [{ accountId: danasId }])).toEqual([])

  expect(await accountOf(world, danasId)).toHaveProperty('gsi2sk')
  await settle(world)
})

test('a member without an address row who is removed meanwhile is not brought back', async () => {
  const team = await sharing()
  const { world, path } = team
  await createAccount(world, dana('carol@example.com', 20))
  await settle(world)
  await createAccount(world, dana('d@example.com', 30))
  before(world, writesTo(keys.member({ workspaceId: path.workspaceId, accountId: danasId })), () =>
    team.here('removeMember', { path: { accountId: danasId } }),
  )

  expect(await world.run('updateMembers')).toEqual([])

  expect(await world.services.table.get(keys.member({ workspaceId: path.workspaceId, accountId: danasId }))).toBeUndefined()
  expect(await outcomes(team, 'd@example.com')).toEqual(['invited'])
  await settle(world)
})

test('an older account that does not say whether its address is verified counts as unverified until a token verifies it', async () => {
  const world = await empty()
  const eve = await signUp(world, 'eve@example.com', 'Eve')
  const member = keys.member({ workspaceId: eve.workspaceId, accountId: eve.id })
  const { services } = world
  const remove = ['emailVerified', 'emailIssuedAt']
  await services.table.change(keys.account(eve.id), { remove })
  await services.table.change(member, { remove: ['emailVerified', 'accountVersion'] })

  expect(await shown(world, eve.token)).toEqual(['eve@example.com', false])
  expect(await listed(world, eve.token, eve.workspaceId)).toEqual([['Eve', 'eve@example.com', false]])
  const own = await world.call('updateMember', {
    as: eve.token,
    path: { workspaceId: eve.workspaceId, accountId: eve.id },
    body: { role: 'admin' },
  })
  expect(own.body.emailVerified).toBe(false)

  await createAccount(world, eve.token)
  await world.run('updateMembers')

  expect(await shown(world, eve.token)).toEqual(['eve@example.com', true])
  expect(await listed(world, eve.token, eve.workspaceId)).toEqual([['Eve', 'eve@example.com', true]])
  await settle(world)
})

test('an account whose rows cannot be written stays owed, is retried at growing intervals, and holds up nobody else', async () => {
  const team = await sharing()
  const { world, path } = team
  await createAccount(world, dana('b@example.com', 20))
  const broken = writesTo(keys.member({ workspaceId: path.workspaceId, accountId: danasId }))
  const { table } = world.services
  const write = table.write.bind(table)
  table.write = async (...writes) => {
    if (broken(writes)) throw new Error('Away')
    return write(...writes)
  }
  let asked = 0
  for (let minute = 0; minute < 60; minute++) {
    asked += queuedFor(world).length
    expect((await world.run('updateMembers')).length).toBeLessThanOrEqual(1)
    world.passSeconds(60)
    await world.run('cleanUp')
  }

  expect(asked).toBeGreaterThan(5)
  expect(asked).toBeLessThan(20)
  table.write = write
  world.passSeconds(3_600)
  await world.run('cleanUp')
  await settle(world)
})
