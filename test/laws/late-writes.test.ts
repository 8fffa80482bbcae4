import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import * as keys from '#shared/table/design/keys.ts'
import { remove } from '#shared/table/engine.ts'
import { allRows, type Row } from '#test/support/invariants.ts'
import { aside } from '#test/support/recording.ts'
import { meteredScene, scenarios } from '#test/support/scenarios.ts'
import type { scene } from '#test/support/scene.ts'

type Team = Awaited<ReturnType<typeof scene>>

/** What an operation declares when it changes items. */
const changes = ['put', 'update', 'delete', 'batch write']

const operationOf = (scenario: string) => operations.find(({ name }) => name === scenario.split(/[ ,]/)[0])

/** Every scenario of an operation that changes items of the workspace in its path. A copied operation is among them by itself. */
const writing = scenarios.filter(([scenario]) => {
  const operation = operationOf(scenario)
  return operation?.path.includes('{workspaceId}') && operation.tableActions?.some((action) => changes.includes(action))
})

/** Counters of the day and of tries are given back or spent, and a turn at the provider ends, whatever comes of the write. */
const isItsOwn = ({ pk, sk }: Row) => pk.startsWith('MAILBOX#') || /^(INVITED|TRIES)/.test(sk)

/** The rows whose change would be a late write. */
const rowsIn = async ({ world }: Team) =>
  aside(async () => (await allRows(world.services.table)).filter((row) => !isItsOwn(row)).map(({ paymentTurns: _, ...row }) => row))

/** Runs a scenario in which something happens after the operation's reads and before its first write. */
async function overtaken([, , run]: (typeof scenarios)[number], happens: (team: Team) => Promise<unknown>) {
  let rowsThen: unknown
  const team = await meteredScene(async (given) => {
    await aside(() => happens(given))
    rowsThen = await rowsIn(given)
  })
  await run(team)
  return { answer: team.answers.at(-1), rowsThen, rows: await rowsIn(team) }
}

const erase = async ({ world, ann, path }: Team) => {
  const { body } = await world.call('getWorkspace', { as: ann.token, path })
  expect(await world.call('deleteWorkspace', { as: ann.token, path, query: { confirm: body.name } })).toMatchObject({ status: 202 })
}

test.each(writing.filter(([scenario]) => !scenario.startsWith('deleteWorkspace')))(
  '%s: a write after the workspace was deleted is refused and changes nothing (its condition is stillActive)',
  async (...scenario) => {
    const { answer, rowsThen, rows } = await overtaken(scenario, erase)

    expect(rowsThen, 'It wrote nothing in one transaction: is its tableActions right?').toBeDefined()
    expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
    expect(rows).toEqual(rowsThen)
  },
)

test.each(writing.filter(([scenario]) => !/^(leaveWorkspace)/.test(scenario)))(
  '%s: a write after the caller lost access is refused and changes nothing (its condition is authorizationCheck)',
  async (...scenario) => {
    const { answer, rowsThen, rows } = await overtaken(scenario, ({ world, workspace, ann }) =>
      world.services.table.write(remove(keys.member({ workspaceId: workspace.id, accountId: ann.id }))),
    )

    expect(answer).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
    expect(rows).toEqual(rowsThen)
  },
)
