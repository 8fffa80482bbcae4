import { describe, expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { departure, finish } from '../support/departure.ts'
import type { Ask } from '../support/event.ts'
import { atEveryCrash, mortal } from '../support/faults.ts'
import { allRows, kindOf } from '../support/invariants.ts'
import { type Scene, scene, tamper } from '../support/scene.ts'
import type { Answer, World } from '../support/world.ts'

const keyed = (key = 'key-1') => ({ 'idempotency-key': key })

const isReplay = ({ headers }: Answer): boolean => headers['idempotent-replayed'] === 'true'

/** A request of each operation that honours Idempotency-Key, with everything there that it needs. */
const requests: Record<string, (here: Scene) => Promise<Ask>> = {
  createWorkspace: async () => ({ body: { name: 'Red Team' } }),
  createInvitations: async () => ({ body: { emails: ['bob@example.com', 'cat@example.com'] } }),
  resendInvitation: async ({ world, invite }) => {
    const { body } = await invite('bob@example.com')
    world.passSeconds(61)
    return { path: { invitationId: body.results[0].invitation.id } }
  },
  createProject: async () => ({ body: { name: 'Site' } }),
  createApiKey: async () => ({ body: { name: 'Key' } }),
  rotateApiKey: async ({ here }) => {
    const { body } = await here('createApiKey', { body: { name: 'Key' } })
    return { path: { apiKeyId: body.apiKey.id }, body: { graceSeconds: 60 } }
  },
}
const names = Object.keys(requests)

test('every operation that takes an Idempotency-Key is tried here', () => {
  const missing = operations.filter(({ name, idempotent }) => idempotent && !names.includes(name)).map(({ name }) => name)

  expect(missing, 'Give each a request in test/http/pipeline-idempotency.test.ts').toEqual([])
})

/** A scene in which a request can be made again and again, and what it has done can be told. */
async function repeating(name: string) {
  const here = await scene()
  const request = (await requests[name]?.(here)) ?? {}
  const path = name === 'createWorkspace' ? {} : { ...here.path, ...request.path }
  const ask = (key: string, other: Ask = {}) =>
    here.world.call(name, { as: here.ann.token, ...request, headers: keyed(key), ...other, path: { ...path, ...other.path } })
  return { ...here, ask }
}

/** What is there, by kind, and how often e-mails were asked for: an effect that happened twice shows in one of them. */
async function effects({ services, queued }: World) {
  const rows = await allRows(services.table)
  const count = Object.fromEntries([...Map.groupBy(rows, kindOf)].map(([kind, those]) => [kind, those.length]))
  const sends = rows.reduce((sum, { sendCount = 0 }) => sum + sendCount, 0)
  return { ...count, sends, queued: queued.length }
}

const withoutSecret = ({ body }: Answer) => ({ ...body, ...('secret' in body && { secret: null }) })

describe('the stored record of a request', () => {
  test.each(names)('%s leaves no address in it, and the replay has all the same', async (name) => {
    const { world, ask } = await repeating(name)
    const first = await ask('key-1')

    const remembered = (await allRows(world.services.table)).filter(({ sk }) => sk.startsWith('REPLAY#'))

    expect(remembered).toHaveLength(1)
    expect(JSON.stringify(remembered)).not.toContain('@')
    expect((await ask('key-1')).body).toEqual(withoutSecret(first))
  })

  test('invitations: a replay has the addresses as its own body spells them, and everything else as it was', async () => {
    const { world, invite, here } = await scene()
    await invite('Bob@Example.com', 'developer')
    world.passSeconds(61)
    const body = { emails: ['ann@example.com', ' BOB@example.com', 'cat@Example.com', 'bob@example.com'] }
    const ask = () => here('createInvitations', { body, headers: keyed() })
    const first = await ask()
    world.passSeconds(61)
    await invite('bob@example.com', 'admin')
    for (const { invitation } of first.body.results.slice(1)) await here('revokeInvitation', { path: { invitationId: invitation.id } })

    const again = await ask()

    const [ann, bob, cat] = first.body.results
    expect(bob.invitation).toMatchObject({ email: 'Bob@Example.com', role: 'developer', sendCount: 2 })
    expect(isReplay(again)).toBe(true)
    expect(again.body.results).toEqual([ann, { ...bob, invitation: { ...bob.invitation, email: 'BOB@example.com' } }, cat])
  })

  test('a resent invitation: a replay has the invitation’s address, and is a 404 if the invitation is gone', async () => {
    const { world, ask, here, path } = await repeating('resendInvitation')
    const first = await ask('key-1')
    world.passSeconds(61)
    await here('resendInvitation', { path: { invitationId: first.body.id } })
    expect((await ask('key-1')).body).toEqual(first.body)

    await here('revokeInvitation', { path: { invitationId: first.body.id } })

    expect(await ask('key-1')).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
    expect(path.workspaceId).toBe(first.body.workspaceId)
  })

  test('older records, which still contain addresses, are replayed too', async () => {
    const { world, ask } = await repeating('createInvitations')
    const first = await ask('key-1')
    const [row] = (await allRows(world.services.table)).filter(({ sk }) => sk.startsWith('REPLAY#'))
    await tamper(world, { pk: row?.pk ?? '', sk: row?.sk ?? '' }, { body: JSON.stringify(first.body) })

    expect((await ask('key-1')).body).toEqual(first.body)
  })
})

describe('a request that is sent again with its Idempotency-Key', () => {
  test.each(names)('%s answers the first answer again, and has no second effect', async (name) => {
    const { world, ask } = await repeating(name)
    const first = await ask('key-1')
    const before = await allRows(world.services.table)
    const queued = world.queued.length

    const again = await ask('key-1')

    expect([first.status < 300, isReplay(first)]).toEqual([true, false])
    expect([again.status, isReplay(again), again.body]).toEqual([first.status, true, withoutSecret(first)])
    expect(await allRows(world.services.table)).toEqual(before)
    expect(world.queued).toHaveLength(queued)
  })

  test.each(names)('%s has exactly one effect of requests that race with one key, and all get its answer', async (name) => {
    const alone = await repeating(name)
    await alone.ask('key-1')
    const { world, ask } = await repeating(name)

    // As many as an address may get e-mails in a day: each racer reserves one before the transaction (docs/decisions/0003).
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('key-1')))

    const [first] = answers.filter((answer) => !isReplay(answer))
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1)
    for (const answer of answers) {
      expect(answer.status).toBe(first?.status)
      expect(withoutSecret(answer)).toEqual(withoutSecret(first as Answer))
    }
    expect(await effects(world)).toEqual(await effects(alone.world))
  })

  test('shows an API key’s secret once, and stores it nowhere', async () => {
    const { world, ask } = await repeating('createApiKey')

    const { body } = await ask('key-1')

    expect(body.secret).toMatch(/^atr_/)
    expect((await ask('key-1')).body).toEqual({ ...body, secret: null })
    expect(JSON.stringify(await allRows(world.services.table), (_, value) => (value instanceof Set ? [...value] : value))).not.toContain(
      body.secret,
    )
  })

  test('is the same request in whatever order its fields come', async () => {
    const { here } = await scene()
    const first = await here('createApiKey', { body: '{"name":"Key","scopes":["usage:write"]}', headers: keyed() })

    const again = await here('createApiKey', { body: '{ "scopes": ["usage:write"], "name": "Key" }', headers: keyed() })

    expect([again.status, isReplay(again), again.body.apiKey]).toEqual([201, true, first.body.apiKey])
  })

  test('is answered only from its own caller’s and workspace’s record', async () => {
    const { world, here, join, ann } = await scene()
    const dev = await join('dev@example.com', 'developer')
    const first = await here('createProject', { body: { name: 'Site' }, headers: keyed() })

    const other = await here('createProject', { as: dev.token, body: { name: 'Site' }, headers: keyed() })
    const elsewhere = await world.call('createProject', {
      as: ann.token,
      path: { workspaceId: ann.workspaceId },
      body: { name: 'Site' },
      headers: keyed(),
    })

    for (const answer of [other, elsewhere]) expect([answer.status, isReplay(answer)]).toEqual([201, false])
    expect(new Set([first, other, elsewhere].map(({ body }) => body.id)).size).toBe(3)
  })

  test('is replayed for 24 hours, and is a new request after that', async () => {
    const { world, ask } = await repeating('createProject')
    const first = await ask('key-1')

    world.passSeconds(86_400 - 10)
    const within = await ask('key-1')
    world.passSeconds(20)
    const after = await ask('key-1')

    expect([isReplay(within), within.body.id]).toEqual([true, first.body.id])
    expect([after.status, isReplay(after)]).toEqual([201, false])
    expect(after.body.id).not.toBe(first.body.id)
  })

  test('is refused once the caller may no longer make it', async () => {
    const { here, join } = await scene()
    const dev = await join('dev@example.com', 'developer')
    const request = { as: dev.token, body: { name: 'Site' }, headers: keyed() }
    await here('createProject', request)

    await here('updateMember', { path: { accountId: dev.id }, body: { role: 'member' } })

    expect(await here('createProject', request)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  test('is 404 once the workspace is gone, with the record of it', async () => {
    const { world, here, erase, finish, workspaceId } = await departure()
    const request = { body: { name: 'Site' }, headers: keyed() }
    await here('createProject', request)

    await erase()
    const deleting = await here('createProject', request)
    await finish()
    const gone = await here('createProject', request)

    for (const answer of [deleting, gone]) expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
    const rows = await allRows(world.services.table)
    expect(rows.filter((row) => kindOf(row) === 'IdempotencyRecord' && row.pk.includes(workspaceId))).toEqual([])
  })

  test('has one effect, wherever the process that first handled it died', async () => {
    const died = await atEveryCrash(async (dieAt) => {
      const { world, ann, path, here } = await scene()
      const request = { as: ann.token, path, body: { name: 'Site' }, headers: keyed() }
      const { services, moments } = mortal(world, dieAt)

      await world.call('createProject', request, services)
      const again = await here('createProject', request)

      expect(again.status).toBe(201)
      expect((await here('listProjects')).body.data).toEqual([again.body])
      return { moments }
    })

    expect(died).toBeGreaterThan(2)
  })
})

describe('a replay of createWorkspace', () => {
  /** Ann has made Red Team with an Idempotency-Key; `again` repeats that request. */
  async function founded() {
    const here = await departure()
    const again = () => here.world.call('createWorkspace', { as: here.ann.token, body: { name: 'Red Team' }, headers: keyed() })
    const first = await again()
    const path = { workspaceId: first.body.id as string }
    return { ...here, first, again, there: (name: string, ask: Ask = {}) => here.here(name, { ...ask, path: { ...path, ...ask.path } }) }
  }

  test('is the first answer after the workspace was renamed', async () => {
    const { first, again, there } = await founded()
    await there('updateWorkspace', { body: { name: 'Green Team' } })

    const replayed = await again()

    expect([replayed.status, isReplay(replayed), replayed.body]).toEqual([201, true, first.body])
  })

  test('is 404 after its founder left', async () => {
    const { again, there, mail, accept } = await founded()
    await there('createInvitations', { body: { emails: ['bob@example.com'] } })
    await mail()
    await accept('bob@example.com')
    expect(await there('leaveWorkspace')).toMatchObject({ status: 204 })

    expect(await again()).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
  })

  test('is 404 while the workspace is being deleted and afterwards, and creates no other', async () => {
    const { world, first, again, there } = await founded()
    await there('deleteWorkspace', { query: { confirm: 'Red Team' } })

    const deleting = await again()
    await finish(world, first.body.id)
    const gone = await again()

    for (const answer of [deleting, gone]) expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
    const { body } = await there('listWorkspaces')
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['Default Workspace', 'Blue Team'])
  })
})

describe('an Idempotency-Key', () => {
  const reused = { status: 422, body: { code: 'idempotency_key_reused' } }

  test.each(names)('of %s is refused with 422 for another request, a malformed one too', async (name) => {
    const { ask } = await repeating(name)
    await ask('key-1')

    const other = name === 'resendInvitation' ? { path: { invitationId: `inv_${'0'.repeat(52)}` } } : { body: { name: '' } }

    expect(await ask('key-1', other)).toMatchObject(reused)
  })

  test('is refused with 422 for another operation of the same workspace', async () => {
    const { here } = await scene()
    await here('createProject', { body: { name: 'Site' }, headers: keyed() })

    expect(await here('createApiKey', { body: { name: 'Site' }, headers: keyed() })).toMatchObject(reused)
  })

  test('can be used again after a refusal: of the content', async () => {
    const { here } = await scene()
    expect(await here('createProject', { body: { name: '' }, headers: keyed() })).toMatchObject({ status: 400 })

    const answer = await here('createProject', { body: { name: 'Site' }, headers: keyed() })

    expect([answer.status, isReplay(answer)]).toEqual([201, false])
  })

  test('can be used again after a refusal: of the state', async () => {
    const { world, here, invite } = await scene()
    const { body } = await invite('bob@example.com')
    const request = { path: { invitationId: body.results[0].invitation.id }, headers: keyed() }
    const refused = await here('resendInvitation', request)
    world.passSeconds(61)

    const answer = await here('resendInvitation', request)

    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
    expect([answer.status, isReplay(answer), answer.body.sendCount]).toEqual([200, false, 2])
  })

  test.each([
    ['empty', '', 400],
    ['of one character', '!', 201],
    ['of 255 characters', 'x'.repeat(255), 201],
    ['of 256 characters', 'x'.repeat(256), 400],
    ['with a space inside', 'a b', 201],
    ['of another alphabet', 'ключ', 400],
    ['with a control character', 'a\u0001b', 400],
  ])('a key %s is taken or refused', async (_, key, status) => {
    const { here } = await scene()

    expect(await here('createProject', { body: { name: 'Site' }, headers: keyed(key) })).toMatchObject({ status })
  })

  test.each(['', 'x'.repeat(256), 'key-1'])('changes nothing on an operation that can be repeated as it is (%j)', async (key) => {
    const { here } = await scene()
    await here('updateWorkspace', { body: { name: 'Red Team' }, headers: keyed(key) })

    const answer = await here('updateWorkspace', { body: { name: 'Green Team' }, headers: keyed(key) })

    expect([answer.status, isReplay(answer), answer.body.name]).toEqual([200, false, 'Green Team'])
  })
})
