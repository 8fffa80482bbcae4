import { expect, test } from 'vitest'
import { secretHash } from '#shared/domain/secrets.ts'
import { later } from '#shared/domain/time.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type Departure, departure } from '#test/support/departure.ts'
import { faulty } from '#test/support/faults.ts'
import { allRows, kindOf } from '#test/support/invariants.ts'
import { metered } from '#test/support/meter.ts'
import { forSeeds } from '#test/support/random.ts'
import { tamper } from '#test/support/scene.ts'
import { signUp } from '#test/support/world.ts'

const refused = { status: 401, body: { code: 'unauthenticated' } }

const apiKeyRows = async ({ world }: Departure) => (await allRows(world.services.table)).filter((row) => kindOf(row) === 'ApiKey')

/** Blue Team’s key, to be rotated: `rotate` answers the new secret, `alive` which secrets are good. */
async function rotating() {
  const d = await departure()
  const path = { apiKeyId: d.apiKey.id as string }
  return {
    d,
    path,
    rotate: async (graceSeconds: number): Promise<string> => (await d.here('rotateApiKey', { path, body: { graceSeconds } })).body.secret,
    alive: (secrets: readonly string[]) => Promise.all(secrets.map(async (as) => (await d.here('getWorkspace', { as })).status === 200)),
  }
}

test('a key is shown once with its secret, and afterwards in no list, replay, log or row', async () => {
  const d = await departure()
  const headers = { 'idempotency-key': 'once' }
  const made = await d.here('createApiKey', { body: { name: ' CI ', scopes: ['projects:read', 'projects:read'] }, headers })
  const { secret, apiKey } = made.body

  expect(made.status).toBe(201)
  expect(secret).toMatch(/^atr_[0-9a-z]+$/)
  expect(apiKey).toMatchObject({ name: 'CI', scopes: ['projects:read'], createdBy: d.ann.id, expiresAt: null, lastUsedAt: null })
  expect([apiKey.prefix, apiKey.last4]).toEqual([secret.slice(0, 12), secret.slice(-4)])
  const replay = await d.here('createApiKey', { body: { name: ' CI ', scopes: ['projects:read', 'projects:read'] }, headers })
  expect(replay).toMatchObject({ status: 201, body: { apiKey, secret: null }, headers: { 'idempotent-replayed': 'true' } })
  const { body: list } = await d.here('listApiKeys')
  expect(list.data.map(({ name }: { name: string }) => name)).toEqual(['CI', 'Reporter'])
  await d.here('listProjects', { as: secret })
  const known = JSON.stringify([list, await allRows(d.world.services.table), d.world.logs, d.world.queued])
  expect(known).not.toContain(secret)
  expect(known).not.toContain(secret.slice(-20))
})

test('a key created without scopes may read the workspace and report usage; an unknown scope answers 400', async () => {
  const d = await departure()

  expect(d.apiKey.scopes).toEqual(['workspace:read', 'usage:write'])
  for (const scopes of [['usage:delete'], [], 'usage:read'])
    expect(await d.here('createApiKey', { body: { name: 'x', scopes } })).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(await d.here('createApiKey', { body: { name: 'x', expiresAt: d.world.now.toISOString() } })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/expiresAt' }] },
  })
})

test.each([
  ['workspace:read', ['getWorkspace', 'listMembers', 'listInvitations']],
  ['projects:read', ['listProjects']],
  ['usage:read', ['getUsage']],
])('the scope %s opens %s and nothing else', async (scope, opened) => {
  const d = await departure()
  const { body } = await d.here('createApiKey', { body: { name: 'x', scopes: [scope] } })

  for (const operation of ['getWorkspace', 'listMembers', 'listInvitations', 'listProjects', 'getUsage'])
    expect((await d.here(operation, { as: body.secret })).status, operation).toBe(opened.includes(operation) ? 200 : 403)
  for (const operation of ['listApiKeys', 'previewInvoice', 'listInvoices', 'leaveWorkspace', 'deleteWorkspace'])
    expect(await d.here(operation, { as: body.secret })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  for (const operation of ['getMe', 'listMyInvoices', 'listWorkspaces'])
    expect(await d.world.call(operation, { as: body.secret })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await d.report([{ id: 'a', meter: 'storage', quantity: 1 }], body.secret)).toMatchObject({ status: 403 })
  expect(await d.world.call('listMeters', { as: body.secret })).toMatchObject({ status: 200 })
})

test('a key can ask who it is, and gets a 404 first for any workspace but its own', async () => {
  const d = await departure()
  const other = { workspaceId: d.ann.workspaceId }

  expect(await d.world.call('whoami', { as: d.secret })).toMatchObject({
    status: 200,
    body: { kind: 'apiKey', apiKeyId: d.apiKey.id, workspaceId: d.workspaceId, scopes: ['workspace:read', 'usage:write'] },
  })
  for (const operation of ['getWorkspace', 'listApiKeys', 'getUsage'])
    expect(await d.world.call(operation, { as: d.secret, path: other })).toMatchObject({
      status: 404,
      body: { code: 'workspace_not_found' },
    })
})

test('only an admin may create or rotate a key with usage:read', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'developer')
  const cid = await d.join('cid@example.com', 'member')
  const { body } = await d.here('createApiKey', { body: { name: 'Reader', scopes: ['usage:read'] } })
  const path = { apiKeyId: body.apiKey.id }

  expect(await d.here('createApiKey', { as: bob.token, body: { name: 'x', scopes: ['usage:read'] } })).toMatchObject({ status: 403 })
  expect(await d.here('rotateApiKey', { as: bob.token, path, body: {} })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await d.here('createApiKey', { as: bob.token, body: { name: 'x' } })).toMatchObject({ status: 201 })
  expect(await d.here('revokeApiKey', { as: bob.token, path })).toMatchObject({ status: 204 })
  for (const operation of ['listApiKeys', 'createApiKey'])
    expect(await d.here(operation, { as: cid.token, body: { name: 'x' } })).toMatchObject({ status: 403 })
})

test('rotating keeps the key and issues a new secret; the old one works exactly for the grace period', async () => {
  const d = await departure()
  const path = { apiKeyId: d.apiKey.id }
  const asks = (as: string) => d.here('getWorkspace', { as })

  const { status, body } = await d.here('rotateApiKey', { path, body: { graceSeconds: 60 } })

  expect(status).toBe(201)
  const { prefix, last4, lastUsedAt, ...same } = d.apiKey
  expect(body.apiKey).toMatchObject(same)
  expect(body.secret).not.toBe(d.secret)
  expect(await asks(d.secret)).toMatchObject({ status: 200 })
  expect(await asks(body.secret)).toMatchObject({ status: 200 })
  d.world.passSeconds(60)
  expect(await asks(d.secret)).toMatchObject(refused)
  expect(await asks(body.secret)).toMatchObject({ status: 200 })
})

test('rotating without a grace period ends every earlier secret at once, even those in a grace period of their own', async () => {
  const { d, rotate, alive } = await rotating()

  const secrets = [d.secret, await rotate(86_400), await rotate(60), await rotate(0)]

  expect(await alive(secrets)).toEqual([false, false, false, true])
  const [row] = await apiKeyRows(d)
  expect(row?.former ?? []).toEqual([])
})

test('an earlier secret expires with its own grace period or the new one, whichever ends first', async () => {
  const { d, rotate, alive } = await rotating()

  const secrets = [d.secret, await rotate(30), await rotate(600), await rotate(60)]

  expect(await alive(secrets)).toEqual([true, true, true, true])
  d.world.passSeconds(30)
  expect(await alive(secrets)).toEqual([false, true, true, true])
  d.world.passSeconds(30)
  expect(await alive(secrets)).toEqual([false, false, false, true])
})

test('a grace period is an integer of seconds, at most a day; an unknown key answers 404', async () => {
  const { d, path } = await rotating()

  for (const graceSeconds of [-1, 86_401, 1.5, '60'])
    expect(await d.here('rotateApiKey', { path, body: { graceSeconds } })).toMatchObject({ status: 400 })
  expect(await d.here('rotateApiKey', { path: { apiKeyId: 'key_nonsense' }, body: {} })).toMatchObject({
    status: 404,
    body: { code: 'api_key_not_found' },
  })
})

test('an expired key is not rotated: its new secret would be just as invalid', async () => {
  const d = await departure()
  const expiresAt = later(d.world.now, 60)
  const { body } = await d.here('createApiKey', { body: { name: 'CI', expiresAt } })
  const rotate = (key: string) =>
    d.here('rotateApiKey', { path: { apiKeyId: body.apiKey.id }, body: {}, headers: { 'idempotency-key': key } })
  const first = await rotate('one')
  d.world.passSeconds(60)

  const late = await rotate('two')

  expect(first).toMatchObject({ status: 201, body: { apiKey: { expiresAt } } })
  expect(late).toMatchObject({ status: 400, body: { code: 'invalid_request', detail: expect.stringContaining(expiresAt) } })
  expect(await rotate('one')).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } })
  expect((await apiKeyRows(d)).find(({ id }) => id === body.apiKey.id)?.hash).toBe(secretHash(first.body.secret))
})

test('secrets past their grace period are dropped, and of the others the newest hundred are kept', async () => {
  const { d, rotate, alive } = await rotating()
  const first = await rotate(10)
  d.world.passSeconds(11)

  const secrets = []
  for (let i = 0; i < 105; i++) secrets.push(await rotate(86_400))

  expect(await alive([d.secret, first])).toEqual([false, false])
  const [row] = await apiKeyRows(d)
  expect(row?.former).toHaveLength(100)
  expect(await alive(secrets.slice(0, 6))).toEqual([false, false, false, false, true, true])
  expect(await alive(secrets.slice(-2))).toEqual([true, true])
})

test.each([0, 3_600])(
  'thirty rotations at once with a grace of %i seconds each give a secret, and one of them is the key’s',
  async (grace) => {
    await forSeeds(2, async (random) => {
      const { d, path, alive } = await rotating()
      const services = faulty(d.world, random, { delay: 6, conflict: 0.1 })
      const ask = { as: d.ann.token, path: { ...d.path, ...path }, body: { graceSeconds: grace } }

      const answers = await Promise.all(Array.from({ length: 30 }, () => d.world.call('rotateApiKey', ask, services)))

      expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(201))
      const secrets = answers.map(({ body }) => body.secret as string)
      expect(new Set(secrets).size).toBe(30)
      expect((await alive([d.secret, ...secrets])).filter(Boolean)).toHaveLength(grace === 0 ? 1 : 31)
      d.world.passSeconds(grace + 1)
      expect((await alive(secrets)).filter(Boolean)).toHaveLength(1)
      const [row] = await apiKeyRows(d)
      const last = answers.find(({ body }) => secretHash(body.secret) === row?.hash)
      expect(row).toMatchObject({ prefix: last?.body.apiKey.prefix, last4: last?.body.apiKey.last4 })
    })
  },
)

test('an older key, whose former secrets outlast each other, can be rotated without a grace period too', async () => {
  const { d, rotate, alive } = await rotating()
  const until = new Date(d.world.now.getTime() + 3_600_000).toISOString()
  const second = await rotate(0)
  const key = keys.apiKey({ workspaceId: d.workspaceId, apiKeyId: d.apiKey.id })
  await tamper(d.world, key, { former: [{ hash: secretHash(d.secret), until }] })
  expect(await alive([d.secret, second])).toEqual([true, true])

  const third = await rotate(0)

  expect(await alive([d.secret, second, third])).toEqual([false, false, true])
})

test('of concurrent rotations with one Idempotency-Key, one takes effect and all get its answer, the secret only once', async () => {
  const d = await departure()
  const ask = { path: { apiKeyId: d.apiKey.id }, body: {}, headers: { 'idempotency-key': 'once' } }

  const answers = await Promise.all([1, 2, 3].map(() => d.here('rotateApiKey', ask)))

  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  const secrets = answers.flatMap(({ body }) => body.secret ?? [])
  expect(secrets).toHaveLength(1)
  expect(await d.here('getWorkspace', { as: secrets[0] })).toMatchObject({ status: 200 })
})

test('a revoked or expired key is refused from the next request on', async () => {
  const d = await departure()
  const expiresAt = new Date(d.world.now.getTime() + 60_000).toISOString()
  const { body } = await d.here('createApiKey', { body: { name: 'Short', expiresAt } })
  expect(body.apiKey.expiresAt).toBe(expiresAt)
  expect(await d.here('getWorkspace', { as: body.secret })).toMatchObject({ status: 200 })

  expect(await d.here('revokeApiKey', { path: { apiKeyId: d.apiKey.id } })).toMatchObject({ status: 204 })
  expect(await d.here('getWorkspace', { as: d.secret })).toMatchObject(refused)
  expect(await d.here('revokeApiKey', { path: { apiKeyId: d.apiKey.id } })).toMatchObject({
    status: 404,
    body: { code: 'api_key_not_found' },
  })
  d.world.passSeconds(60)
  expect(await d.here('getWorkspace', { as: body.secret })).toMatchObject(refused)
})

test('keys belong to the workspace and outlive their creators', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'developer')
  const { body } = await d.here('createApiKey', { as: bob.token, body: { name: 'Of Bob' } })

  await d.here('removeMember', { path: { accountId: bob.id } })

  expect(await d.here('getWorkspace', { as: body.secret })).toMatchObject({ status: 200, body: { role: null } })
})

test('a workspace has at most 100 keys, and a revoked one makes room', async () => {
  const d = await departure()
  await tamper(d.world, keys.workspace(d.workspaceId), { apiKeyCount: 99 })

  const answers = await Promise.all([1, 2, 3].map((i) => d.here('createApiKey', { body: { name: `k${i}` } })))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
  expect(answers.find(({ status }) => status === 409)?.body.code).toBe('too_many_api_keys')
  await d.here('revokeApiKey', { path: { apiKeyId: d.apiKey.id } })
  expect(await d.here('createApiKey', { body: { name: 'room' } })).toMatchObject({ status: 201 })
})

test('a malformed or mistyped secret is refused without a call to the table, and a good one takes one read', async () => {
  const d = await departure()
  const { services, measure } = metered(d.world)
  const last = d.secret.at(-1) === '0' ? '1' : '0'
  const middle = d.secret[70] === '0' ? '1' : '0'
  const mistyped = [
    d.secret.slice(0, -1) + last,
    d.secret.slice(0, 70) + middle + d.secret.slice(71),
    'atr_',
    'atr_nonsense',
    `${d.secret}0`,
  ]

  for (const as of mistyped) {
    const { calls } = await measure(async () => {
      expect(await d.world.call('getWorkspace', { as, path: d.path }, services)).toMatchObject(refused)
      expect(await d.world.call('reportUsage', { as, body: { events: [] } }, services)).toMatchObject(refused)
    })
    expect(calls).toEqual([])
  }
  await d.world.call('whoami', { as: d.secret })
  const { calls } = await measure(async () => {
    expect(await d.world.call('whoami', { as: d.secret }, services)).toMatchObject({ status: 200 })
  })
  expect(calls).toEqual(['BatchGetItem'])
})

test('lastUsedAt is written at most once a minute, and failing to write it fails no request', async () => {
  const d = await departure()
  const { services, measure } = metered(d.world)
  const ask = () => d.world.call('whoami', { as: d.secret }, services)
  const lastUsedAt = async () => (await d.here('listApiKeys')).body.data[0].lastUsedAt

  await ask()
  const first = await lastUsedAt()
  expect(first).toBe(new Date(d.world.now.getTime() - 1).toISOString())
  d.world.passSeconds(50)
  expect((await measure(ask)).calls).toEqual(['BatchGetItem'])
  expect(await lastUsedAt()).toBe(first)
  d.world.passSeconds(10)
  const { calls } = await measure(() => Promise.all([ask(), ask()]))
  expect(calls).toContain('UpdateItem')
  expect(await lastUsedAt()).not.toBe(first)
})

test('a revoked key of another workspace is unauthenticated for every workspace', async () => {
  const d = await departure()
  const eve = await signUp(d.world, 'eve@example.com')
  const path = { workspaceId: eve.workspaceId }
  const { body } = await d.world.call('createApiKey', { as: eve.token, path, body: { name: 'Eve' } })
  await d.world.call('revokeApiKey', { as: eve.token, path: { ...path, apiKeyId: body.apiKey.id } })

  expect(await d.world.call('whoami', { as: body.secret })).toMatchObject(refused)
  expect(await d.here('getWorkspace', { as: body.secret })).toMatchObject(refused)
})

test('a key with usage:read requires an admin, which is checked before a replay and before the content', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'admin')
  const scopes = ['usage:read']
  const headers = { 'idempotency-key': 'once' }
  const make = (body: object) => d.here('createApiKey', { as: bob.token, body: { scopes, ...body }, headers })
  const { body: made } = await make({ name: 'Reader' })
  const path = { apiKeyId: made.apiKey.id }
  await d.here('updateMember', { path: { accountId: bob.id }, body: { role: 'developer' } })

  const answers = [
    await make({ name: 'Reader' }),
    await make({ name: '' }),
    await d.here('rotateApiKey', { as: bob.token, path, body: { graceSeconds: -1 } }),
    await d.here('rotateApiKey', { as: bob.token, path, body: {} }),
  ]

  for (const answer of answers) expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await d.here('createApiKey', { as: bob.token, body: { name: 'Writer' } })).toMatchObject({ status: 201 })
  expect(await d.here('createApiKey', { as: bob.token, body: { name: 'W', scopes: 'usage:read' } })).toMatchObject({ status: 400 })
})
