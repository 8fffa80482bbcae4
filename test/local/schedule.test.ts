import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { changeFaults, noFaults } from '#infra/local/faults.ts'
import { startSchedule } from '#infra/local/schedule.ts'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test('a job runs at once and then at its interval, even after failures, and never twice concurrently', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  let [runs, atOnce, most] = [0, 0, 0]
  const schedule = startSchedule('sweep', 1, async () => {
    most = Math.max(most, ++atOnce)
    runs++
    await pause(runs === 1 ? 2_500 : 10)
    atOnce--
    if (runs === 2) throw new Error('once')
  })
  onTestFinished(() => schedule.stop())
  const atStart = runs
  await vi.advanceTimersByTimeAsync(2_400)
  const whileItRuns = runs
  await vi.advanceTimersByTimeAsync(2_600)

  expect([atStart, whileItRuns, most]).toEqual([1, 1, 1])
  expect(runs).toBeGreaterThanOrEqual(3)
})

test('stopping waits for the current run and starts no other', async () => {
  let ended = 0
  const schedule = startSchedule('sweep', 1, async () => {
    await pause(100)
    ended++
  })

  let stopped = false
  const stopping = schedule.stop().then(() => {
    stopped = true
  })
  await vi.advanceTimersByTimeAsync(90)
  const early = stopped
  await vi.advanceTimersByTimeAsync(10)
  await stopping
  await vi.advanceTimersByTimeAsync(10_000)

  expect([early, ended]).toEqual([false, 1])
})

test('faults change one by one, and a malformed change changes nothing', () => {
  const faults = noFaults()

  expect(changeFaults(faults, { ses: 'refuse', queue: 'lose' })).toEqual([])
  expect(changeFaults(faults, { queue: null })).toEqual([])
  expect(faults).toEqual({ ses: 'refuse', queue: null, paymentProvider: null })

  expect(changeFaults(faults, { ses: null, queue: 'twice' })).toEqual([{ pointer: '/queue', detail: expect.any(String) }])
  expect(changeFaults(faults, { sess: null })).toHaveLength(1)
  expect(changeFaults(faults, 'down')).toEqual([{ pointer: '', detail: expect.any(String) }])
  expect(faults.ses).toBe('refuse')
})
