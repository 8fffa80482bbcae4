import { Random } from '#test/support/random.ts'

interface Waiting {
  readonly what: string
  readonly weight: number
  readonly go: () => Promise<void>
}

/** Something that happens when its time has come. */
export class Timer {
  readonly at: number
  readonly fire: () => void
  constructor(at: number, fire: () => void) {
    this.at = at
    this.fire = fire
  }
  ref = () => this
  unref = () => this
  hasRef = () => true
}

const immediately = globalThis.setImmediate

/** Runs everything that waits for nothing outside. Measured: an answer of the provider's SDK takes the most, three rounds. */
async function settle(): Promise<void> {
  for (let round = 0; round < 8; round++) await new Promise<void>((resolve) => immediately(resolve))
}

/** Far more than any run needs. */
const mostTurns = 8_000

/**
 * Where everything that leaves a process waits for its turn. One thing happens at a time, and only the seed decides which, so that a seed
 * determines the interleaving. Time passes with turns; if nobody waits, it jumps to the next timer.
 */
export class Stage {
  readonly random: Random
  /** What happened, in order. */
  readonly trace: string[] = []
  /** Milliseconds since the beginning. */
  time = 0
  #waiting: Waiting[] = []
  #timers: Timer[] = []

  constructor(seed: number) {
    this.random = new Random(seed)
  }

  /** Waits for its turn, does something, and returns the result. The smaller the weight, the longer the wait. */
  turn<T>(what: string, weight: number, act: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ what, weight, go: () => act().then(resolve, reject) })
    })
  }

  after(milliseconds: number, fire: () => void): Timer {
    const timer = new Timer(this.time + Math.max(1, Number(milliseconds) || 0), fire)
    const place = this.#timers.findIndex(({ at }) => at > timer.at)
    this.#timers.splice(place < 0 ? this.#timers.length : place, 0, timer)
    return timer
  }

  cancel(timer: Timer): void {
    this.#timers = this.#timers.filter((each) => each !== timer)
  }

  sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => void this.after(milliseconds, resolve))

  /** Plays until `main` has ended. */
  async play<T>(main: () => Promise<T>): Promise<T> {
    let isOver = false
    const result = main().finally(() => {
      isOver = true
    })
    result.catch(() => {})
    for (let turn = 0; ; turn++) {
      await settle()
      if (isOver) return result
      if (turn > mostTurns) throw new Error(`It does not end: ${mostTurns} turns, ${Math.round(this.time / 1000)} s`)
      await this.#next()
    }
  }

  async #next(): Promise<void> {
    if (this.#waiting.length === 0) this.time = Math.max(this.time, this.#timers[0]?.at ?? Number.POSITIVE_INFINITY)
    else this.time += 1 + this.random.below(4)
    const [timer] = this.#timers
    if (timer && timer.at <= this.time) {
      this.#timers.shift()
      return timer.fire()
    }
    const next = this.#pick()
    if (!next) throw new Error('Nobody waits, and nothing is going to happen')
    this.trace.push(`${Math.round(this.time)} ${next.what}`)
    await next.go()
  }

  #pick(): Waiting | undefined {
    let left = this.random.next() * this.#waiting.reduce((sum, { weight }) => sum + weight, 0)
    const found = this.#waiting.findIndex(({ weight }) => {
      left -= weight
      return left < 0
    })
    return this.#waiting.splice(found, 1)[0]
  }
}
