import { expect, test } from 'vitest'
import { getMe } from '#functions/accounts/get-me.ts'
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts'
import { httpHandler } from '#shared/http/handler.ts'
import * as keys from '#shared/table/design/keys.ts'
import { httpEvent } from '#test/support/event.ts'
import { interrupted, withClient } from '#test/support/faults.ts'
import { scene, tamper } from '#test/support/scene.ts'
import { createWorld, signUp, tokenOf } from '#test/support/world.ts'

test('an admin who is demoted while making themselves admin again stays demoted', async () => {
  const { world, path, join, here, members } = await scene()
  const bob = await join('bob@example.com', 'admin')
  const services = interrupted(world, () => here('updateMember', { path: { accountId: bob.id }, body: { role: 'member' } }))
  const promote = { as: bob.token, path: { ...path, accountId: bob.id }, body: { role: 'admin' } }

  const answer = await world.call('updateMember', promote, services)

  expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect((await members()).map(({ role }: { role: string }) => role)).toEqual(['admin', 'member'])
})

test('for a person who is removed during their request, the workspace does not exist', async () => {
  const { world, path, join, here } = await scene()
  const bob = await join('bob@example.com', 'admin')
  const services = interrupted(world, () => here('removeMember', { path: { accountId: bob.id } }))

  const answer = await world.call('createProject', { as: bob.token, path, body: { name: 'P' } }, services)

  expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
})

test('an account that is read just as its transaction becomes visible is read with its workspace', async () => {
  const world = await createWorld()
  const { workspaceId } = await signUp(world, 'zed@example.com')
  let isTorn = true
  const services = withClient(world, (client) =>
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        const { Responses } = result.output as { Responses?: Record<string, object[]> }
        if (!isTorn || !Responses) return result
        isTorn = false
        for (const [table, items] of Object.entries(Responses))
          Responses[table] = items.filter((item) => !JSON.stringify(item).includes('WORKSPACE#'))
        return result
      },
      { step: 'initialize', name: 'torn' },
    ),
  )

  const answer = await world.call('createAccount', { as: tokenOf('zed@example.com') }, services)

  expect(answer).toMatchObject({ status: 200, body: { defaultWorkspace: { id: workspaceId } } })
  await world.close()
})

test('an unresponsive name server makes it a 503, as an unresponsive table does', async () => {
  const { world, ann } = await scene()
  const services = withClient(world, (client) =>
    client.middlewareStack.add(
      () => async () => {
        throw Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' })
      },
      { step: 'initialize', name: 'nameless' },
    ),
  )

  const answer = await httpHandler(getMe, services)(httpEvent(getMe, { as: ann.token }), lambdaContext('getMe', 1_000))

  expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } })
})

test('a full workspace answers its members like any other, with and without an Idempotency-Key', async () => {
  const { world, here, path } = await scene()
  await tamper(world, keys.workspace(path.workspaceId), { memberCount: 1_000 })
  const body = { emails: ['ann@example.com'] }

  const answers = [
    await here('createInvitations', { body }),
    await here('createInvitations', { body, headers: { 'idempotency-key': 'x' } }),
  ]

  expect(answers).toMatchObject([{ status: 200 }, { status: 200, body: { results: [{ outcome: 'already_member' }] } }])
})
