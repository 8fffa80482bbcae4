import { expect, test } from 'vitest'
import { scene } from '../support/scene.ts'

const failing = <T extends object>(real: T, method: keyof T, error: Error): T =>
  Object.assign(Object.create(real), { [method]: () => Promise.reject(error) })

test('an unexpected failure is logged with its request id, operation and ids, and nothing that the error quotes', async () => {
  const { world, ann, path } = await scene()
  const table = failing(world.services.table, 'write', new Error('Item: {"email":"ann@example.com","secret":"atr_x"}'))

  const { status, body } = await world.call(
    'createProject',
    { as: ann.token, path, body: { name: 'Apollo' } },
    { ...world.services, table },
  )

  expect(status).toBe(500)
  const failed = world.logs.filter((line) => (line as { level: string }).level === 'error')
  expect(failed).toEqual([
    expect.objectContaining({
      message: 'failed',
      operation: 'createProject',
      requestId: body.requestId,
      workspaceId: path.workspaceId,
      accountId: ann.id,
    }),
  ])
  expect(JSON.stringify(world.logs)).not.toMatch(/ann@example\.com|atr_x|Apollo/)
})

test('a worker’s log names the invocation and the ids of the failed message', async () => {
  const { world, invite } = await scene()
  const { body } = await invite('bob@example.com')
  world.mailError = new Error('Address blacklisted: bob@example.com')

  await world.run('sendMail')

  const about = { worker: 'sendMail', requestId: 'test' }
  const work = { kind: 'invitation', invitationId: body.results[0].invitation.id, sendCount: 1 }
  expect(world.logs).toContainEqual(expect.objectContaining({ level: 'error', message: 'failed', ...about, work }))
  expect(world.logs).toContainEqual(expect.objectContaining({ level: 'info', message: 'worker', ...about, failed: 1 }))
  expect(JSON.stringify(world.logs)).not.toContain('bob@example.com')
})

test('a scheduled worker logs its invocation', async () => {
  const { world } = await scene()

  await world.run('cleanUp')

  expect(world.logs).toContainEqual({ level: 'info', message: 'worker', worker: 'cleanUp', requestId: 'test' })
})
