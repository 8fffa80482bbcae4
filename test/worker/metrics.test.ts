import { afterEach, expect, test, vi } from 'vitest'
import { openMetrics } from '#shared/metrics.ts'
import { deletionOf, departure } from '../support/departure.ts'
import { scene } from '../support/scene.ts'
import type { World } from '../support/world.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const metricsOf = ({ metrics }: World, wanted: string) => metrics.filter(({ name }) => name === wanted)

/** What is written to the standard output meanwhile. */
async function written(work: () => void): Promise<string[]> {
  const lines: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0)
  work()
  return lines
}

test('a metric is one log line, with ids as properties and not as dimensions', async () => {
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'atrium-test')
  vi.stubEnv('POWERTOOLS_DEV', 'false')

  const lines = await written(() => openMetrics().record('DeletionAge', 61.5, { workspaceId: 'ws_1', deletionId: 'del_1' }))

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [{ Namespace: 'atrium-test', Dimensions: [['service']], Metrics: [{ Name: 'DeletionAge', Unit: 'Seconds' }] }],
    },
    service: 'atrium',
    workspaceId: 'ws_1',
    deletionId: 'del_1',
    DeletionAge: 61.5,
  })
})

test('a metric carries nothing over from the previous one', async () => {
  const lines = await written(() => {
    const metrics = openMetrics()
    metrics.record('ChargesRefused', 1, { workspaceId: 'ws_1' })
    metrics.record('CleanUpRuns', 1)
  })

  expect(lines).toHaveLength(2)
  expect(lines[1]).not.toMatch(/ws_1|ChargesRefused/)
})

test('metrics that are turned off, as locally, write nothing', async () => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true')

  const lines = await written(() => openMetrics().record('CleanUpRuns', 1))

  expect(lines).toEqual([])
})

test('every sweep reports that it ran, and how old the oldest unfinished deletion is', async () => {
  const { world, here } = await scene()
  await world.run('cleanUp')
  await here('deleteWorkspace', { query: { confirm: 'Blue Team' } })
  world.queued = []
  world.passSeconds(3_700)

  await world.run('cleanUp')

  expect(metricsOf(world, 'CleanUpRuns').map(({ value }) => value)).toEqual([1, 1])
  const [before, after] = metricsOf(world, 'DeletionAge')
  expect(before).toEqual({ name: 'DeletionAge', value: 0 })
  expect(after?.value).toBeCloseTo(3_700, 0)
})

test('a sweep that fails does not report that it ran', async () => {
  const { world } = await scene()
  const { table } = world.services
  const away = Object.assign(Object.create(table), { query: () => Promise.reject(new Error('Away')) })

  await expect(world.run('cleanUp', [], { ...world.services, table: away })).rejects.toThrow()

  expect(world.metrics).toEqual([])
})

test('every run of a deletion reports its age once, with its id', async () => {
  const team = await departure()
  const { world, deletionId, workspaceId } = team
  await team.erase()
  world.passSeconds(10)

  await world.run('runDeletion')

  expect((await deletionOf(world, workspaceId))?.step).toBe('completed')
  expect(metricsOf(world, 'DeletionAge')).toEqual([
    { name: 'DeletionAge', value: expect.closeTo(10, 0), logContext: { deletionId, workspaceId } },
  ])
})

test('a charge that the provider refuses is reported once', async () => {
  const team = await departure()
  const { world, invoiceId, workspaceId } = team
  await team.card('pm_card_chargeCustomerFail')
  await team.use('requests', 10_000_000)
  await team.erase()

  await team.finish()

  expect((await team.invoice()).status).toBe('uncollectible')
  expect(metricsOf(world, 'ChargesRefused')).toEqual([{ name: 'ChargesRefused', value: 1, logContext: { invoiceId, workspaceId } }])
  expect(metricsOf(world, 'ChargesPutOff')).toEqual([])
})

test('a charge that is postponed because the provider is down is reported with every attempt', async () => {
  const team = await departure()
  const { world, invoiceId, workspaceId } = team
  await team.card('pm_card_visa')
  await team.use('requests', 10_000_000)
  team.provider.faults.paymentProvider = 'down'
  await team.erase()

  await world.run('runDeletion')
  world.passSeconds(60)
  await world.run('runDeletion')

  expect(metricsOf(world, 'ChargesPutOff')).toEqual(
    Array(2).fill({ name: 'ChargesPutOff', value: 1, logContext: { invoiceId, workspaceId } }),
  )
  expect(metricsOf(world, 'ChargesRefused')).toEqual([])
})
