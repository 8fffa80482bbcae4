import type { Context } from 'aws-lambda'
import { Refusal } from './domain/refusals.ts'

/** The longest possible timer, in milliseconds. */
const longestTimerMs = 2 ** 31 - 1

/**
 * The moment by which an invocation has to finish. Everything it waits for ends by then, so that it answers before Lambda stops the
 * function. Only `remaining` tells the time: a machine that stands still while it does not move is still in time.
 */
export class Deadline {
  /** Milliseconds left; 0 or less once the time is up. */
  readonly remaining: () => number

  constructor(remaining: () => number) {
    this.remaining = remaining
  }

  /** An invocation's own deadline: a tenth of its time, at most two seconds, is reserved for finishing cleanly. */
  static of(context: Pick<Context, 'getRemainingTimeInMillis'>): Deadline {
    const spare = Math.min(2_000, context.getRemainingTimeInMillis() / 10)
    return new Deadline(() => context.getRemainingTimeInMillis() - spare)
  }

  /** So many milliseconds from now, for work outside an invocation. */
  static in(milliseconds: number): Deadline {
    const end = performance.now() + milliseconds
    return new Deadline(() => end - performance.now())
  }

  /** An earlier deadline within this one: at most so many milliseconds from now. */
  atMost(milliseconds: number): Deadline {
    const rest = Math.max(0, this.remaining() - milliseconds)
    return new Deadline(() => this.remaining() - rest)
  }

  /** Waits for work, and refuses `unavailable` if it is not done in time. `signal` tells the work that nobody is waiting any longer. */
  wait<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.ask(work, { attempts: 1 })
  }

  /**
   * Waits for the answer to a request that can be sent more than once. Where half of the time that is left passes without one, it is sent
   * again beside the first: a dead connection then costs half of the time, and whoever waits in a line that still moves keeps their place.
   * An error for which `isPassing` holds is no answer while another request is under way.
   */
  async ask<T>(
    request: (signal: AbortSignal) => Promise<T>,
    { attempts = 3, isPassing = () => false }: { attempts?: number; isPassing?: (error: unknown) => boolean } = {},
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const abort = new AbortController()
    let sent = 0
    let open = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const send = () => {
      sent++
      open++
      request(abort.signal).then(
        (answer) => {
          open--
          resolve(answer)
        },
        (error) => {
          open--
          if (open === 0 || !isPassing(error)) reject(error)
        },
      )
    }
    const watch = () => {
      const left = this.remaining()
      if (left <= 0) return reject(timeIsUp())
      timer = setTimeout(later, Math.min(longestTimerMs, sent < attempts ? left / 2 : left))
    }
    const later = () => {
      if (sent < attempts && this.remaining() > 0) send()
      watch()
    }
    if (this.remaining() > 0) send()
    watch()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      if (open > 0) abort.abort()
    }
  }
}

const timeIsUp = (): Refusal => new Refusal('unavailable', 'The request took too long. Send it again.', { retryAfter: 1 })
