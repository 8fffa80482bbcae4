import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import * as z from 'zod/mini'
import { operations } from '#functions/operations.ts'
import { idBody } from '#shared/domain/ids.ts'
import { type Role, roles, rolesThatMay, scopeFor, scopes } from '#shared/domain/roles.ts'
import { newApiKeySecret } from '#shared/domain/secrets.ts'
import type { Access, Operation } from '#shared/http/operation.ts'
import { refusalsOf } from '#shared/http/refusing.ts'
import { statuses } from '#shared/http/statuses.ts'
import type { Ask } from '#test/support/event.ts'
import { withClient } from '#test/support/faults.ts'
import { allRows } from '#test/support/invariants.ts'
import { openIssuer } from '#test/support/issuer.ts'
import { type Answer, createWorld, join, signUp, tokenOf } from '#test/support/world.ts'

/** A workspace with somebody in every role, keys with every choice of scopes, and people outside. No law changes any of it. */
async function society() {
  const world = await createWorld()
  const ann = await signUp(world, 'ann@example.com', 'Ann')
  const sam = await signUp(world, 'sam@example.com', 'Sam')
  const { body: team } = await world.call('createWorkspace', { as: ann.token, body: { name: 'Blue Team' } })
  const member = (email: string, role: Role) => join(world, ann.token, team.id, email, role)
  const byRole = { admin: ann, developer: await member('dev@example.com', 'developer'), member: await member('mem@example.com', 'member') }
  const bystander = await member('bob@example.com', 'member')
  const key = async (as: string, workspaceId: string, wanted: readonly string[] = scopes) =>
    (await world.call('createApiKey', { as, path: { workspaceId }, body: { name: 'Key', scopes: wanted } })).body
  const { apiKey, secret } = await key(ann.token, team.id)
  const without = Object.fromEntries(
    await Promise.all(
      scopes.map(async (scope) => [
        scope,
        (
          await key(
            ann.token,
            team.id,
            scopes.filter((s) => s !== scope),
          )
        ).secret,
      ]),
    ),
  )
  const revoked = await key(ann.token, team.id)
  await world.call('revokeApiKey', { as: ann.token, path: { workspaceId: team.id, apiKeyId: revoked.apiKey.id } })
  const { body: project } = await world.call('createProject', { as: ann.token, path: { workspaceId: team.id }, body: { name: 'Site' } })
  // What every developer may change, too: a key with usage:read is an admin's.
  const plain = await key(ann.token, team.id, ['workspace:read'])
  const path = { workspaceId: team.id, accountId: bystander.id, projectId: project.id, apiKeyId: plain.apiKey.id }
  const foreign = await key(sam.token, sam.workspaceId)
  const nobody = tokenOf('nora@example.com')
  return { world, byRole, sam, nobody, path, secret, without, revoked: revoked.secret, foreign: foreign.secret, apiKeyId: apiKey.id }
}
type Society = Awaited<ReturnType<typeof society>>

let here: Society
let rowsBefore: unknown

const rows = async () => (await allRows(here.world.services.table)).map(({ lastUsedAt, ...row }) => row)

beforeAll(async () => {
  expect(inject('dynamodbEndpoint')).toBeTruthy()
  here = await society()
  rowsBefore = await rows()
})
afterAll(() => here.world.close())

const accessOf = ({ access }: Operation): Access => access
const isIn = (kinds: readonly Access['kind'][]) => (operation: Operation) => kinds.includes(accessOf(operation).kind)
const those = (holds: (operation: Operation) => boolean) => operations.filter(holds)
const guarded = those((operation) => !isIn(['open'])(operation))
const inWorkspace = those(isIn(['workspace', 'member']))
/** All but the pages, whose links others write. */
const ofTheApi = those(({ produces }) => produces === undefined)
const withBody = those(({ body }) => body !== undefined)

/** Those that take a name of something. */
const named = withBody.filter(({ body }) => body instanceof z.ZodMiniObject && 'name' in body.shape)

const permissionOf = (operation: Operation) => {
  const access = accessOf(operation)
  return 'permission' in access ? access.permission : undefined
}
/** The scope that lets a key in; undefined where none does. */
const scopeOf = (operation: Operation) => {
  const permission = permissionOf(operation)
  return permission && accessOf(operation).kind !== 'member' ? scopeFor(permission) : undefined
}

const rolesOf = (operation: Operation): readonly Role[] => {
  const permission = permissionOf(operation)
  return permission ? rolesThatMay(permission) : roles
}

/** Somebody who is let in. */
const allowed = (operation: Operation): string => {
  const [role] = rolesOf(operation)
  return role ? here.byRole[role].token : here.secret
}

const idLike = (name: string): string => `${name.replace(/Id$/, '').slice(0, 3)}_${idBody(here.path.workspaceId)}`

/** The path of an operation, with something in every place. */
const pathOf = ({ path }: Operation): Record<string, string> =>
  Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, (here.path as Record<string, string>)[name] ?? idLike(name)]),
  )

/** Calls an operation, and holds its answer against what is true of every answer. */
async function ask(operation: Operation, { path = {}, ...rest }: Ask, services = here.world.services): Promise<Answer> {
  const answer = await here.world.call(operation.name, { path: { ...pathOf(operation), ...path }, ...rest }, services)
  const { status, headers, body } = answer
  expect(headers['x-request-id']).toMatch(/^[\w-]{20,}$/)
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
  })
  if (status < 400) return answer
  expect(headers['content-type']).toBe('application/problem+json')
  expect(body).toEqual({
    type: expect.stringMatching(/^urn:/),
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/./),
    code: expect.stringMatching(/^[a-z_]+$/),
    requestId: headers['x-request-id'],
    ...(body.errors && { errors: expect.arrayContaining([{ pointer: expect.any(String), detail: expect.stringMatching(/./) }]) }),
  })
  expect(statuses).toHaveProperty(body.code, status)
  expect(refusalsOf(operation), `${operation.name} declares ${body.code}`).toContain(body.code)
  if (status === 401) expect(headers['www-authenticate']).toBe('Bearer')
  return answer
}

/** A body that is refused once the caller was let in, where the operation takes one: who must not be let in never hears of it. */
const badContent = (operation: Operation): Ask => (operation.body ? { body: '{' } : {})

const refusedWith = (status: number, code: string) => expect.objectContaining({ status, body: expect.objectContaining({ status, code }) })

describe('who sends a request', () => {
  test.each(guarded)('$name answers 401 without a token', async (operation) => {
    for (const headers of [{}, { authorization: '' }, { authorization: 'Bearer ' }, { authorization: 'Basic YW5uOmFubg==' }])
      expect(await ask(operation, { headers, ...badContent(operation) })).toEqual(refusedWith(401, 'unauthenticated'))
  })

  test.each(guarded)('$name answers 401 to every malformed, forged, expired or revoked token', async (operation) => {
    const issuer = await openIssuer()
    const mallory = await openIssuer()
    const services = { ...here.world.services, tokens: issuer.tokens }
    const place = { workspaceId: here.path.workspaceId, apiKeyId: here.apiKeyId }
    const unsigned = (await issuer.token()).split('.').slice(0, 2)
    const bad = [
      'garbage',
      'a.b.c',
      here.byRole.admin.token,
      `${unsigned.join('.')}.`,
      (await mallory.token()) as string,
      await issuer.token({ expiresIn: -60 }),
      'atr_',
      `${here.secret.slice(0, -1)}${here.secret.endsWith('0') ? '1' : '0'}`,
      here.secret.toUpperCase(),
      newApiKeySecret(place),
      newApiKeySecret({ ...place, apiKeyId: `key_${idBody(here.path.workspaceId)}` }),
      here.revoked,
    ]

    for (const as of bad)
      expect(await ask(operation, { as, ...badContent(operation) }, services), as).toEqual(refusedWith(401, 'unauthenticated'))
  })

  test.each(guarded)('$name answers 403 account_required to a person without an account, unless it lets them in', async (operation) => {
    const { status, body } = await ask(operation, { as: here.nobody, query: { surprise: '1' } })

    const expected = isIn(['token', 'person'])(operation) ? [400, 'invalid_request'] : [403, 'account_required']
    expect([status, body.code]).toEqual(expected)
  })

  test.each(inWorkspace)('$name tells a stranger that there is no such workspace', async (operation) => {
    const as = here.sam.token
    const never = `ws_${idBody(here.apiKeyId)}`

    for (const workspaceId of [here.path.workspaceId, never, 'ws_', 'x', '../me', `${here.path.workspaceId}%00`])
      expect(await ask(operation, { as, path: { workspaceId }, ...badContent(operation) })).toEqual(refusedWith(404, 'workspace_not_found'))
  })

  test.each(inWorkspace)('$name reads as much for a stranger where the workspace exists as where it never did', async (operation) => {
    const read = async (workspaceId: string) => {
      const calls: unknown[] = []
      const services = withClient(here.world, (client) =>
        client.middlewareStack.add(
          (next, { commandName }) =>
            (args) => {
              calls.push(commandName)
              return next(args)
            },
          { step: 'initialize', name: 'counting' },
        ),
      )
      await ask(operation, { as: here.sam.token, path: { workspaceId } }, services)
      return calls
    }

    expect(await read(here.path.workspaceId)).toEqual(await read(`ws_${idBody(here.apiKeyId)}`))
  })

  test.each(inWorkspace)('$name answers 403 to every role that may not', async (operation) => {
    for (const role of roles.filter((role) => !rolesOf(operation).includes(role)))
      expect(await ask(operation, { as: here.byRole[role].token, ...badContent(operation) }), role).toEqual(refusedWith(403, 'forbidden'))
  })

  test.each(inWorkspace)('$name lets every role in that may', async (operation) => {
    for (const role of rolesOf(operation)) {
      const { status, body } = await ask(operation, { as: here.byRole[role].token, query: { surprise: '1' } })
      expect([status, body.code], role).toEqual([400, 'invalid_request'])
    }
  })

  test.each(those(isIn(['person', 'account', 'member'])))('$name is for people: an API key gets 403', async (operation) => {
    expect(await ask(operation, { as: here.secret, ...badContent(operation) })).toEqual(refusedWith(403, 'forbidden'))
  })

  test.each(inWorkspace)('$name answers 404 to an API key of another workspace, before anything about its scopes', async (operation) => {
    expect(await ask(operation, { as: here.foreign, ...badContent(operation) })).toEqual(refusedWith(404, 'workspace_not_found'))
  })

  test.each(those((operation) => scopeOf(operation) !== undefined))('$name takes an API key with its scope alone', async (operation) => {
    const scope = scopeOf(operation) ?? ''

    expect(await ask(operation, { as: here.without[scope] as string, ...badContent(operation) })).toEqual(refusedWith(403, 'forbidden'))
    expect(await ask(operation, { as: here.secret, query: { surprise: '1' } })).toEqual(refusedWith(400, 'invalid_request'))
  })

  test.each(those(isIn(['apiKey'])))('$name is for API keys: a person gets 403', async (operation) => {
    expect(await ask(operation, { as: here.byRole.admin.token, ...badContent(operation) })).toEqual(refusedWith(403, 'forbidden'))
  })
})

describe('what a request says', () => {
  const limit = 256 * 1024

  test.each(operations)('$name answers 413 to a body over 256 KiB, before it asks who sends it', async (operation) => {
    expect(await ask(operation, { body: ' '.repeat(limit + 1) })).toEqual(refusedWith(413, 'payload_too_large'))
    expect((await ask(operation, { body: ' '.repeat(limit) })).status).not.toBe(413)
  })

  test.each(operations)('$name answers 415 to another media type than JSON, before it asks who sends it', async (operation) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])
      expect(await ask(operation, { body: '{}', headers: { 'content-type': type } }), type).toEqual(
        refusedWith(415, 'unsupported_media_type'),
      )
  })

  test.each(operations)('$name answers 400 to what is no JSON, and to JSON that is no object', async (operation) => {
    const as = allowed(operation)

    for (const body of ['{', 'name=Ann', '[]', 'null', '7', '"text"', ' '])
      expect(await ask(operation, { as, body }), body).toEqual(refusedWith(400, 'invalid_request'))
  })

  test.each(withBody)('$name refuses a field that it does not know, and points at it', async (operation) => {
    const { status, body } = await ask(operation, { as: allowed(operation), body: { surprise: 1 } })

    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.errors).toContainEqual({ pointer: '/surprise', detail: expect.any(String) })
  })

  test.each(named)('$name takes no name that cannot be seen, or that disturbs what stands around it', async (operation) => {
    const bad = ['', ' ', '\u200b', '\u3164', '\u0301', 'a\u202eb', 'a\u2067b', 'a\u0000b', `a${'\u0301'.repeat(5)}`, 'x'.repeat(101), null]
    for (const name of bad) {
      const { status, body } = await ask(operation, { as: allowed(operation), body: { name } })

      expect([status, body.code], JSON.stringify(name)).toEqual([400, 'invalid_request'])
      expect(body.errors, JSON.stringify(name)).toEqual([{ pointer: '/name', detail: expect.any(String) }])
    }
  })

  test.each(ofTheApi)('$name refuses a query parameter that it does not know, and points at it', async (operation) => {
    const { status, body } = await ask(operation, { as: allowed(operation), query: { surprise: '1' } })

    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.errors).toContainEqual({ pointer: '?surprise', detail: expect.any(String) })
  })

  test.each(those(({ produces }) => produces !== undefined))(
    '$name is a page: what a mail program adds to its link is left alone',
    async ({ name }) => {
      expect((await here.world.call(name, { query: { utm_source: 'mail' } })).status).toBe(200)
    },
  )

  /** What is off beyond the schemas, by the time, by who asks or by what is stored: field by field, of operations that look at it. */
  const beyondSchemas: Readonly<Record<string, { pointers: string[]; body?: object; query?: Record<string, string> }>> = {
    createApiKey: { pointers: ['/expiresAt'], body: { expiresAt: '2020-01-01T00:00:00Z' } },
    createInvitations: { pointers: ['/emails', '/emails/0', '/emails/50'], body: { emails: [7, ...Array(50).fill('nobody')] } },
    reportUsage: {
      pointers: ['/events', '/events/1/occurredAt', '/events/100/surprise'],
      body: {
        events: [
          { id: '' },
          { id: 'late', meter: 'requests', quantity: 'x', occurredAt: '2020-01-01T00:00:00Z' },
          ...Array(98).fill({ id: 'one', meter: 'requests', quantity: 1 }),
          { surprise: 1 },
        ],
      },
    },
  }

  const fieldsOf = (schema: { _zod: { def: { shape?: object } } } | undefined): string[] => Object.keys(schema?._zod.def.shape ?? {})

  /** What no schema and no list takes; `confirm` takes any text, so that it is left out. */
  const badQuery = ({ query }: Operation) =>
    Object.fromEntries(
      fieldsOf(query)
        .filter((name) => name !== 'confirm')
        .map((name) => [name, 'x']),
    )

  test.each(ofTheApi)('$name names every bad field at once, wherever it is and whichever check finds it', async (operation) => {
    const { pointers = [], body: off = {} } = beyondSchemas[operation.name] ?? {}
    const query = { ...badQuery(operation), surprise: '1' }
    const body = { ...Object.fromEntries(fieldsOf(operation.body).map((name) => [name, { not: 'this' }])), ...off, surprise: 1 }

    const answer = await ask(operation, { as: allowed(operation), body, query, headers: { 'idempotency-key': 'x'.repeat(256) } })

    const named = answer.body.errors.map((error: { pointer: string }) => error.pointer)
    const expected = [
      ...(operation.idempotent ? ['Idempotency-Key'] : []),
      ...['surprise', ...fieldsOf(operation.query)].map((name) => `?${name}`),
      ...['surprise', ...fieldsOf(operation.body)].map((name) => `/${name}`),
      ...pointers,
    ]
    expect(answer.status).toBe(400)
    expect(named).toEqual(expect.arrayContaining(expected))
    expect(new Set(named).size).toBe(named.length)
  })

  test('deleteWorkspace reports a missing `confirm` along with an unknown parameter', async () => {
    const operation = operations.find(({ name }) => name === 'deleteWorkspace') as Operation

    const { body } = await ask(operation, { as: allowed(operation), query: { surprise: '1' } })

    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['?confirm', '?surprise'])
  })

  test('a bad query is reported along with a body that is not JSON, and a missing field along with an unknown one', async () => {
    const named = async (name: string, rest: Ask) => {
      const operation = operations.find((each) => each.name === name) as Operation
      const { body } = await ask(operation, { as: allowed(operation), ...rest })
      return body.errors.map(({ pointer }: { pointer: string }) => pointer)
    }

    expect(await named('createProject', { body: '{', query: { surprise: '1' } })).toEqual(['', '?surprise'])
    expect(await named('acceptInvitation', { body: { surprise: 1 } })).toEqual(expect.arrayContaining(['', '/surprise']))
  })

  test.each(guarded)('$name refuses a malformed Idempotency-Key exactly where it honours one', async (operation) => {
    const request = { as: allowed(operation), query: { surprise: '1' } }
    const plain = await ask(operation, request)

    for (const key of ['', 'x'.repeat(256), 'ключ', 'a\tb']) {
      const { body } = await ask(operation, { ...request, headers: { 'idempotency-key': key } })
      expect(body.detail === plain.body.detail, key).toBe(!operation.idempotent)
      if (!operation.idempotent) continue
      expect(body.detail).toContain('Idempotency-Key')
      expect(body.errors[0], key).toEqual({ pointer: 'Idempotency-Key', detail: expect.stringContaining('255') })
    }
  })

  test.each(those(({ path }) => /\{(?!workspaceId)\w+\}/.test(path)))(
    '$name answers 404 or 400 to an id that can be none',
    async (operation) => {
      const names = Object.keys(pathOf(operation)).filter((name) => name !== 'workspaceId')

      for (const id of ['x', '%', 'é', `${idLike(names[0] ?? '')}0`, 'x'.repeat(3_000), 'x#y'])
        expect([400, 404], id).toContain((await ask(operation, { as: allowed(operation), path: { [names[0] ?? '']: id } })).status)
    },
  )

  test.each(those(isIn(['open'])))('$name needs no token and takes no notice of a bad one', async (operation) => {
    const ask400 = { ...badContent(operation) }

    expect((await ask(operation, { ...ask400, as: 'garbage' })).status).toBe((await ask(operation, ask400)).status)
  })
})

test('no refused request has changed anything', async () => {
  expect(await rows()).toEqual(rowsBefore)
})
