import { expect, test } from 'vitest'
import { type Case, model, sizes, workspaceMonth } from '#infra/cost/assumptions.ts'
import { amountsOf, monthOf, totalOf } from '#infra/cost/model.ts'
import { prices } from '#infra/cost/prices.ts'
import costs from '../../docs/costs.json' with { type: 'json' }

test('a call costs what its parts cost', () => {
  const { rounds, wcu, rru, responseBytes } = costs.createWorkspace
  const seconds = Math.ceil(model.ownMilliseconds + rounds * model.roundMilliseconds + model.coldShare * model.coldMilliseconds) / 1_000

  const usd = totalOf(amountsOf('createWorkspace'))

  const table = wcu * 0.625e-6 + rru * 0.125e-6
  const lambda = 0.2e-6 + seconds * model.memoryGb * 0.0000133334
  expect(usd).toBeCloseTo(1e-6 + lambda + table + model.logBytes * 0.5e-9 + (responseBytes + model.headerBytes) * 0.09e-9, 12)
})

test('an e-mail is charged to its worker, which has no API in front of it', () => {
  const amounts = amountsOf('sendMail of one invitation')

  expect(amounts).toMatchObject({ email: 1, snsRequest: 1, lambdaRequest: 1 })
  expect(amounts.httpRequest).toBeUndefined()
})

test('a bigger deployment costs more, and the first 10,000 users are free', () => {
  const bills = sizes.map((size) => totalOf(monthOf(size)))
  const few = 10_000 / workspaceMonth.activeUsers

  expect(bills).toEqual([...bills].sort((a, b) => a - b))
  expect(totalOf({ activeUser: few * workspaceMonth.activeUsers })).toBe(0)
  expect(totalOf({ activeUser: 10_001 })).toBeCloseTo(prices.activeUser.usd, 9)
})

test('every assumption is about a case that was measured', () => {
  const named = [...Object.keys(workspaceMonth.calls), ...Object.keys(model.otherMilliseconds)]

  expect(named.filter((name) => !(name in costs))).toEqual([])
  for (const name of Object.keys(costs) as Case[]) expect(totalOf(amountsOf(name))).toBeGreaterThan(0)
})
