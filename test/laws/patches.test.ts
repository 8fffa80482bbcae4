import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { meteredScene } from '#test/support/scenarios.ts'

/** Each PATCH with its content, and the read that shows the same thing, whole or in a list. */
const patches = {
  updateWorkspace: { body: { name: 'Another' }, read: 'getWorkspace' },
  updateProject: { body: { name: 'Another' }, read: 'getProject' },
  updateMember: { body: { role: 'developer' }, read: 'listMembers' },
} as const

test('every PATCH is covered', () => {
  expect(Object.keys(patches).sort()).toEqual(
    operations
      .filter(({ method }) => method === 'PATCH')
      .map(({ name }) => name)
      .sort(),
  )
})

test.each(Object.entries(patches))('%s answers what is stored: what is read afterwards', async (name, { body, read }) => {
  const team = await meteredScene()
  const { id: accountId } = await team.join('bob@example.com', 'member')
  const projectId = (await team.here('createProject', { body: { name: 'P' } })).body.id
  const path = { ...team.path, accountId, projectId }

  const answer = await team.world.call(name, { as: team.ann.token, path, body })
  const found = await team.world.call(read, { as: team.ann.token, path })

  expect(answer).toMatchObject({ status: 200, body })
  expect(found.body.data?.find((one: { accountId: string }) => one.accountId === accountId) ?? found.body).toEqual(answer.body)
})
