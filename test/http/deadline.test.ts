import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Deadline } from '#shared/deadline.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const never = () => new Promise<never>(() => {})
const after = <T>(milliseconds: number, answer: T) =>
  new Promise<T>((resolve, reject) => setTimeout(() => (answer instanceof Error ? reject(answer) : resolve(answer)), milliseconds))

/** What came of something, and after how many milliseconds. */
async function outcome(work: Promise<unknown>): Promise<{ answer: unknown; at: number }> {
  const began = performance.now()
  const noted = work.then(
    (answer) => ({ answer, at: performance.now() - began }),
    (answer: unknown) => ({ answer, at: performance.now() - began }),
  )
  await vi.advanceTimersByTimeAsync(60_000)
  return noted
}

test('work that never ends is given up at the deadline, and is told so', async () => {
  let signal: AbortSignal | undefined
  const work = (given: AbortSignal) => {
    signal = given
    return never()
  }

  const { answer, at } = await outcome(Deadline.in(1_000).wait(work))

  expect([at, answer]).toEqual([1_000, expect.objectContaining({ code: 'unavailable', retryAfter: 1 })])
  expect(signal?.aborted).toBe(true)
})

test('a request over a dead connection is resent after half of the time', async () => {
  const requests = [never, () => after(100, 'answered')]

  expect(await outcome(Deadline.in(1_000).ask(() => requests.shift()!()))).toEqual({ answer: 'answered', at: 600 })
})

test('a request in a moving queue keeps its place, even if it was resent', async () => {
  let sent = 0

  const { answer, at } = await outcome(Deadline.in(1_000).ask(() => (sent++ === 0 ? after(950, 'first') : never())))

  expect([answer, at, sent]).toEqual(['first', 950, 3])
})

test('work that must not be done twice is begun once', async () => {
  let begun = 0

  await outcome(
    Deadline.in(1_000).wait(() => {
      begun++
      return never()
    }),
  )

  expect(begun).toBe(1)
})

test('nothing is begun once the time is up', async () => {
  const request = vi.fn(never)

  await outcome(Deadline.in(0).ask(request))

  expect(request).not.toHaveBeenCalled()
})

test('a transient error does not settle the call while another request is in flight; any other error does', async () => {
  const passing = Object.assign(new Error('busy'), { passes: true })
  const isPassing = (error: unknown) => error === passing
  const both = (second: Error) => {
    const requests: (() => Promise<unknown>)[] = [() => after(800, 'first'), () => after(100, second), never]
    return outcome(Deadline.in(1_000).ask(() => requests.shift()!(), { isPassing }))
  }

  expect(await both(passing)).toEqual({ answer: 'first', at: 800 })
  expect(await both(new Error('refused'))).toEqual({ answer: new Error('refused'), at: 600 })
  expect(await outcome(Deadline.in(1_000).ask(() => after(50, passing), { isPassing }))).toEqual({ answer: passing, at: 50 })
})

test('an answered call leaves no timer and no request behind', async () => {
  const signals: AbortSignal[] = []
  const requests = [never, () => after(100, 'answered')]

  await outcome(
    Deadline.in(1_000).ask((signal) => {
      signals.push(signal)
      return requests.shift()!()
    }),
  )

  expect(vi.getTimerCount()).toBe(0)
  expect(signals.every(({ aborted }) => aborted)).toBe(true)
})

test('a partial deadline ends with the whole one and follows its clock: while that stands still, nothing is late', async () => {
  let left = 1_000
  const whole = new Deadline(() => left)
  const part = whole.atMost(400)

  expect([part.remaining(), whole.atMost(5_000).remaining()]).toEqual([400, 1_000])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(part.remaining()).toBe(400)
  const waiting = outcome(part.wait(never))
  left = 600
  expect((await waiting).answer).toMatchObject({ code: 'unavailable' })
})

test('an invocation reserves some of its time to end cleanly', () => {
  const of = (milliseconds: number) => Deadline.of({ getRemainingTimeInMillis: () => milliseconds }).remaining()

  expect([2_000, 10_000, 60_000].map(of)).toEqual([1_800, 9_000, 58_000])
})
