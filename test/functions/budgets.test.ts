import { expect, onTestFinished, test, vi } from 'vitest'
import { operations } from '#functions/operations.ts'
import { Deadline } from '#shared/deadline.ts'
import { bobsAddress, type Cost, emails, meteredScene, scenarios } from '#test/support/scenarios.ts'
import { crowd } from '#test/support/scene.ts'

const costs = new Map<string, Cost>()

test.each(scenarios)('%s takes at most %i rounds', async (name, budget, run) => {
  const team = await meteredScene()

  const cost = await run(team)
  costs.set(name, cost)

  expect(cost.rounds, JSON.stringify(cost)).toBeLessThanOrEqual(budget)
  expect(cost.unlisted, 'add what it asks to the access patterns of shared/table/design/patterns').toEqual([])
})

test('every operation has a budget: a line in test/support/scenarios.ts', () => {
  const measured = scenarios.map(([name]) => name.replace(/[ ,].*/, ''))

  expect(operations.map(({ name }) => name).filter((name) => !measured.includes(name))).toEqual([])
})

test('docs/costs.json has the measured costs of every operation (npm run measure writes it, npm run docs prints it)', async () => {
  expect(costs.size).toBe(scenarios.length)
  const lines = [...costs].map(
    ([name, { calls: _, unlisted: __, announcements: ___, ...cost }]) => `  ${JSON.stringify(name)}: ${JSON.stringify(cost)}`,
  )

  await expect(`{\n${lines.join(',\n')}\n}\n`).toMatchFileSnapshot('../../docs/costs.json')
})

test('only e-mails and deletions go to a queue, once each', async () => {
  const { take, world } = await meteredScene()

  expect(await take('createInvitations', { body: { emails: emails(50) } })).toMatchObject({ announcements: 1 })
  world.passSeconds(60)
  expect(await take('createProject', { body: { name: 'P' } })).toMatchObject({ announcements: 0 })
  expect(await take('deleteWorkspace', { query: { confirm: 'Blue Team' } })).toMatchObject({ announcements: 1 })
})

test('the rounds of a workspace with 1,000 members and 150 invitations are those of a small one', async () => {
  const { take, world, workspace, invite } = await meteredScene()
  for (const name of ['a', 'b', 'c']) await invite(emails(50, name))
  await crowd(world, workspace.id, 998)
  const query = { limit: '100' }

  expect(await take('listMembers', { query })).toMatchObject({ rounds: 1 })
  expect(await take('listInvitations', { query })).toMatchObject({ rounds: 1 })
  expect(await take('getWorkspace')).toMatchObject({ rounds: 1 })
  expect((await take('createInvitations', { body: { emails: [bobsAddress] } })).rounds).toBeLessThanOrEqual(3)
  expect((await take('leaveWorkspace')).rounds).toBeLessThanOrEqual(3)
})

test('the measured costs are the same on a slow machine: nothing is resent while measuring', async () => {
  const [, , reportUsage] = scenarios.find(([name]) => name === 'reportUsage') ?? []
  if (!reportUsage) throw new Error('No such scenario')
  const usual = await reportUsage(await meteredScene())
  const team = await meteredScene()
  // Half of the time of each request is over before any answer can be there.
  vi.spyOn(Deadline.prototype, 'atMost').mockImplementation(() => new Deadline(() => 0.001))
  onTestFinished(() => void vi.restoreAllMocks())

  const late = await reportUsage(team)

  expect(late).toEqual(usual)
})
