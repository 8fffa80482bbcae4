import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod'
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts'
import { Refusal } from '#shared/domain/refusals.ts'
import { newApiKeySecret } from '#shared/domain/secrets.ts'
import type { HttpEvent } from '#shared/http/event.ts'
import { httpHandler } from '#shared/http/handler.ts'
import { access, type Operation, operation, Reply } from '#shared/http/operation.ts'
import { notFoundHandler } from '#shared/http/pipeline.ts'
import { departure } from '../support/departure.ts'
import { type Ask, httpEvent } from '../support/event.ts'
import { scene } from '../support/scene.ts'
import { tokenOf, type World } from '../support/world.ts'

const context = lambdaContext('test', 60_000)

/** Calls an operation that is on no list, with an event that is changed on its way. */
async function call(world: World, declared: Operation, ask: Ask, change: Partial<HttpEvent> = {}) {
  const { statusCode, headers, body } = await httpHandler(declared, world.services)({ ...httpEvent(declared, ask), ...change }, context)
  return { status: statusCode, headers: headers ?? {}, text: body ?? '', body: JSON.parse(body ?? 'null') }
}

const about = { method: 'POST', path: '/v1/echo', summary: 'Test', tag: 'Tests', services: [], refuses: [] } as const

const echo = operation({
  ...about,
  name: 'echo',
  access: access.account,
  body: z.strictObject({
    text: z.string().optional(),
    'a/b~c': z.object({ 'd~1': z.int() }).optional(),
    list: z.array(z.strictObject({ n: z.int() })).optional(),
  }),
  output: z.object({ text: z.string().optional() }),
  handle: async ({ body: { text } }) => ({ text }),
})

describe('the body of a request', () => {
  test.each([
    ['an unknown field', { 'x/y~z': 1 }, '/x~1y~0z'],
    ['a field inside another', { 'a/b~c': { 'd~1': 'x' } }, '/a~1b~0c/d~01'],
    ['an entry of a list', { list: [{ n: 1 }, { n: 'x' }] }, '/list/1/n'],
    ['an unknown field of an entry', { list: [{ n: 1, 'm/': 2 }] }, '/list/0/m~1'],
    ['a list that is none', { list: {} }, '/list'],
    ['the whole body', [], ''],
  ])('is pointed into by JSON Pointer: %s', async (_, body, pointer) => {
    const { world, ann } = await scene()

    const answer = await call(world, echo, { as: ann.token, body })

    expect([answer.status, answer.body.errors]).toEqual([400, [{ pointer, detail: expect.any(String) }]])
  })

  test('reports all invalid fields together, those of the query too', async () => {
    const { world, ann } = await scene()

    const { body } = await call(world, echo, { as: ann.token, body: { text: 7, list: [{}], more: 1 }, query: { page: '2' } })

    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['/list/0/n', '/more', '/text', '?page'])
  })

  test('that is nested too deeply is a 400, with a key and with a token, with an Idempotency-Key and without', async () => {
    const d = await departure()
    const deep = (levels: number, [begin, end]: readonly [string, string]) => `{"text":${begin.repeat(levels)}1${end.repeat(levels)}}`
    const bodies = [31, 2_100, 20_000].flatMap((levels) => [deep(levels, ['[', ']']), deep(levels, ['{"a":', '}'])])
    const headers = { 'idempotency-key': 'k' }
    const used = { 'idempotency-key': 'used' }
    await d.here('createProject', { body: { name: 'Site' }, headers: used })

    for (const body of bodies) {
      const detail = expect.stringContaining(body.length < 500 ? 'See errors' : 'nested more than 32 levels')
      expect(await call(d.world, echo, { as: d.ann.token, body })).toMatchObject({ status: 400, body: { code: 'invalid_request', detail } })
      expect(await d.here('createProject', { body, headers })).toMatchObject({ status: 400 })
      expect(await d.here('createProject', { body, headers: used })).toMatchObject({ status: 422 })
      expect(await d.world.call('reportUsage', { as: d.secret, body, headers })).toMatchObject({ status: 400 })
    }
    expect(await call(d.world, echo, { as: d.ann.token, body: { text: '[{"\\'.repeat(50) } })).toMatchObject({ status: 200 })
  })

  test.each([
    ['unknown fields', `{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":1`).join()}}`],
    ['entries', `{"list":[${Array.from({ length: 120_000 }, () => 1).join()}]}`],
  ])('that is off in thousands of %s is a 400 that fits into an answer', async (_, body) => {
    const { world, ann } = await scene()

    const answer = await call(world, echo, { as: ann.token, body })

    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(answer.text.length).toBeLessThan(1_000_000)
  })

  test('is not parsed before the API key that comes with it was found', async () => {
    const { world, path } = await scene()
    const as = newApiKeySecret({ workspaceId: path.workspaceId, apiKeyId: `key_${'0'.repeat(26)}` })
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    const body = `{"name":"${'x'.repeat(200_000)}"}`

    const answer = await world.call('createProject', { as, path, body, headers: { 'idempotency-key': 'k' } })

    expect(answer.status).toBe(401)
    expect(parse.mock.calls.filter(([text]) => text === body)).toEqual([])
  })

  test('may arrive in base64', async () => {
    const { world, ann } = await scene()
    const body = Buffer.from('{"text":"Grüße 🙂"}').toString('base64')

    const answer = await call(world, echo, { as: ann.token, body }, { isBase64Encoded: true })

    expect(answer).toMatchObject({ status: 200, body: { text: 'Grüße 🙂' } })
  })

  test('must be UTF-8: other bytes are not JSON', async () => {
    const { world, ann } = await scene()
    const body = Buffer.from('{"text":"Gr\xfc\xdfe"}', 'latin1').toString('base64')

    const answer = await call(world, echo, { as: ann.token, body }, { isBase64Encoded: true })

    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  test('keeps a number a number, however long it is', async () => {
    const { world, ann } = await scene()

    const answers = await Promise.all(
      ['7', '12345678901234567'].map((text) => call(world, echo, { as: ann.token, body: `{"text":${text}}` })),
    )

    expect(answers.map(({ status }) => status)).toEqual([400, 400])
  })

  test('is refused if the operation takes none, unless it is an empty object', async () => {
    const { here } = await scene()

    const answers = await Promise.all(['{}', '{"name":"x"}', '[1]', 'null'].map((body) => here('getWorkspace', { body })))

    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 400])
    expect(answers[1]?.body.errors).toEqual([{ pointer: '/name', detail: expect.any(String) }])
  })

  test('is measured in bytes as sent, not as encoded', async () => {
    const { world, ann } = await scene()
    const json = (bytes: number) => `{"text":"${'x'.repeat(bytes - 11)}"}`
    const base64 = (bytes: number) => Buffer.from(json(bytes)).toString('base64')
    const limitBytes = 256 * 1024

    expect(await call(world, echo, { as: ann.token, body: json(limitBytes) })).toMatchObject({ status: 200 })
    expect(await call(world, echo, { as: ann.token, body: json(limitBytes + 1) })).toMatchObject({ status: 413 })
    expect(await call(world, echo, { as: ann.token, body: base64(limitBytes) }, { isBase64Encoded: true })).toMatchObject({ status: 200 })
    expect(await call(world, echo, { as: ann.token, body: base64(limitBytes + 1) }, { isBase64Encoded: true })).toMatchObject({
      status: 413,
    })
    expect(await call(world, echo, { as: ann.token, body: `{"text":"${'é'.repeat(limitBytes / 2)}"}` })).toMatchObject({ status: 413 })
  })

  test.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['application/json;charset="UTF-8"', 200],
    ['Application/JSON', 200],
    ['application/json ; x=y', 200],
    ['application/json-patch+json', 415],
    ['application/problem+json', 415],
    ['text/json', 415],
    ['multipart/form-data; boundary=application/json', 415],
  ])('of type %s is answered %i', async (type, status) => {
    const { world, ann } = await scene()

    expect(await call(world, echo, { as: ann.token, body: {}, headers: { 'content-type': type } })).toMatchObject({ status })
  })

  test('may be omitted, with its content type, if no field is required', async () => {
    const { world, ann, here } = await scene()

    expect(await call(world, echo, { as: ann.token })).toMatchObject({ status: 200, body: {} })
    expect(await call(world, echo, { as: ann.token, body: '', headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 200 })
    expect(await here('createProject')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/name', detail: 'This field is required.' }] },
    })
  })
})

describe('an answer', () => {
  test('is cut to the declared shape, in nested objects too', async () => {
    const { world, ann } = await scene()
    const answer = { id: 1, hash: 'kept', list: [{ id: 2, hash: 'kept' }] }
    const talkative = operation({
      ...about,
      name: 'talkative',
      access: access.account,
      output: z.object({ id: z.int(), list: z.array(z.object({ id: z.int() })) }),
      handle: async () => answer,
    })

    expect((await call(world, talkative, { as: ann.token })).text).toBe('{"id":1,"list":[{"id":2}]}')
  })

  test('that does not match the declared shape is a 500, not a partial answer', async () => {
    const { world, ann } = await scene()
    const broken = operation({
      ...about,
      name: 'broken',
      access: access.account,
      output: z.object({ id: z.string() }),
      handle: async () => ({ id: 7 }) as unknown as { id: string },
    })

    expect(await call(world, broken, { as: ann.token })).toMatchObject({ status: 500, body: { code: 'internal_error' } })
  })

  test('carries its own status and headers and the request id, and must not be cached', async () => {
    const { world } = await scene()
    const requestId = randomUUID()
    const begun = operation({
      ...about,
      name: 'begun',
      access: access.open,
      output: z.object({}),
      handle: async () => new Reply({}, { status: 202, headers: { location: '/v1/there' } }),
    })
    const event = httpEvent(begun, {})

    const answer = await call(world, begun, {}, { requestContext: { ...event.requestContext, requestId } })

    expect(answer).toMatchObject({
      status: 202,
      headers: { location: '/v1/there', 'x-request-id': requestId, 'cache-control': 'no-store' },
    })
  })

  test('to an unknown route is a 404, whatever is sent', async () => {
    const { world, ann } = await scene()

    const { statusCode, headers, body } = await notFoundHandler(world.services)(httpEvent(echo, { as: ann.token, body: 'x' }), context)

    expect(statusCode).toBe(404)
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'x-request-id': expect.any(String) })
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'strict-transport-security': expect.anything(),
    })
    expect(JSON.parse(body ?? '')).toMatchObject({ status: 404, code: 'not_found', requestId: headers?.['x-request-id'] })
  })
})

describe('what goes wrong', () => {
  const secrets = ['atr_secret', 'ann@example.com', 'test.token', 'Blue Team']

  /** Throws where it is told to, in words that nobody may see. */
  const failing = (where: 'load' | 'handle', error: unknown) =>
    operation({
      ...about,
      name: 'failing',
      path: '/v1/workspaces/{workspaceId}/fail',
      access: access.member('readWorkspace'),
      output: z.object({}),
      load: async () => {
        if (where === 'load') throw error
      },
      handle: async () => {
        throw error
      },
    })

  test.each(['load', 'handle'] as const)('unexpectedly in `%s` is a 500 that tells nothing, to the caller or to the log', async (where) => {
    const { world, ann, path } = await scene()
    const error = new TypeError(secrets.join(' '), { cause: new Error(secrets.join(' ')) })

    const answer = await call(world, failing(where, error), { as: ann.token, path })

    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error', requestId: answer.headers['x-request-id'] } })
    expect(world.logs).toContainEqual({
      level: 'error',
      message: 'failed',
      operation: 'failing',
      requestId: answer.headers['x-request-id'],
      accountId: ann.id,
      workspaceId: path.workspaceId,
      error: { name: 'TypeError', stack: expect.any(Array), cause: { name: 'Error', stack: expect.any(Array) } },
    })
    for (const secret of secrets) expect(answer.text + JSON.stringify(world.logs)).not.toContain(secret)
  })

  test.each([['a text'], [undefined], [{ status: 200 }], [null]])('is a 500 too where no Error is thrown (%j)', async (thrown) => {
    const { world, ann, path } = await scene()

    expect(await call(world, failing('handle', thrown), { as: ann.token, path })).toMatchObject({ status: 500 })
  })

  test('besides the authorization is not shown to a caller who is refused', async () => {
    const { world, path } = await scene()
    const { ann: stranger } = await scene()
    await world.call('createAccount', { as: tokenOf('sam@example.com') })

    const answer = await call(world, failing('load', new Error('There is something here')), { as: tokenOf('sam@example.com'), path })

    expect(stranger.email).toBe('ann@example.com')
    expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
  })

  test('by answering too late is a 503, just before the function is stopped', async () => {
    const { world, ann } = await scene()
    const slow = operation({
      ...about,
      name: 'slow',
      access: access.account,
      output: z.object({}),
      handle: () => new Promise<never>(() => {}),
    })
    const event = httpEvent(slow, { as: ann.token })

    const answer = await httpHandler(slow, world.services)(event, lambdaContext('slow', 600))

    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1', 'x-request-id': expect.any(String) } })
    expect(world.logs).toContainEqual(expect.objectContaining({ message: 'request', status: 503, code: 'unavailable' }))
  })

  test('temporarily is a 503 that says when to retry, and is logged', async () => {
    const { world, ann, path } = await scene()
    const busy = new Refusal('unavailable', 'Busy.', { retryAfter: 0.2, cause: new Error('ann@example.com') })

    const answer = await call(world, failing('handle', busy), { as: ann.token, path })

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: { code: 'unavailable' } })
    expect(world.logs).toContainEqual(expect.objectContaining({ level: 'error', message: 'failed' }))
    expect(JSON.stringify(world.logs)).not.toContain('ann@example.com')
  })
})

describe('the log', () => {
  test('has one line per request: ids, operation, status, code, time', async () => {
    const { world, ann, path, here } = await scene()
    world.logs.length = 0

    const { headers } = await here('getProject', { path: { projectId: 'prj_x' } })

    expect(world.logs).toEqual([
      {
        level: 'info',
        message: 'request',
        operation: 'getProject',
        requestId: headers['x-request-id'],
        status: 404,
        code: 'project_not_found',
        milliseconds: expect.any(Number),
        accountId: ann.id,
        ...path,
      },
    ])
  })

  test('of a whole story contains no secret, token, address or name', async () => {
    const { world, here, ann, invite, mail, accept, secret, use, card, erase, finish } = await departure()
    await invite(['bob@example.com', 'cat@example.com'])
    world.mailError = new Error('Refused: bob@example.com')
    await mail()
    world.mailError = undefined
    world.passSeconds(3600)
    await world.run('cleanUp')
    await mail()
    const link = world.linkToken('bob@example.com')
    await world.call('lookUpInvitation', { body: { token: link } })
    await accept('cat@example.com', tokenOf('bob@example.com', { name: 'Bob' }))
    await accept('bob@example.com')
    await here('createProject', { body: { name: 'Secret Project' }, headers: { 'idempotency-key': 'my-key' } })
    await here('createProject', { body: { name: 'x'.repeat(101) } })
    await use('api_calls', 1)
    await card('pm_card_visa')
    await here('getWorkspace', { as: secret.slice(0, -1) })
    await here('getWorkspace', { as: 'eyJ.not.good' })
    await erase('Wrong Name')
    await erase()
    await finish()
    await mail()

    const log = JSON.stringify(world.logs)
    expect(world.mails.length).toBeGreaterThan(2)
    const hidden = [secret, secret.slice(-38), link, ann.token, 'eyJ.not.good', '@example', 'Ann', 'Bob', 'Blue Team', 'Secret Project']
    for (const text of [...hidden, 'pm_card', 'my-key', 'Wrong Name']) expect(log).not.toContain(text)
  })
})
