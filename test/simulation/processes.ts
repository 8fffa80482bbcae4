import { AsyncLocalStorage } from 'node:async_hooks'
import type { Stage } from './stage.ts'

/** One invocation of a function, which can die at any moment. */
export interface Process {
  readonly name: string
  /** How often it gets a turn. */
  readonly weight: number
  /** By how many milliseconds its clock is wrong. */
  readonly skew: number
  /** The moment at which it dies: there are two per call, before and after. */
  readonly dieAt: number
  /** When it is stopped. */
  readonly endsAt: number
  readonly die: () => void
  moments: number
  isDead: boolean
}

export class Died extends Error {}

const never = <T>() => new Promise<T>(() => {})

/** The processes of a run: every call that leaves a process is attributed to it. */
export class Processes {
  readonly #stage: Stage
  readonly #current = new AsyncLocalStorage<Process>()
  #count = 0
  /** How likely a process is to die early. */
  crash = 0
  /** Whether some processes are slow, and some clocks wrong. */
  uneven = false

  constructor(stage: Stage) {
    this.#stage = stage
  }

  get current(): Process | undefined {
    return this.#current.getStore()
  }

  /** Runs something in a new process; rejects with `Died` once that dies. What a dead process has sent may still arrive. */
  run<T>(what: string, seconds: number, work: (process: Process) => Promise<T>): Promise<T> {
    const { random, time } = this.#stage
    return new Promise<T>((resolve, reject) => {
      const name = `${what}/${++this.#count}`
      const process: Process = {
        name,
        weight: this.uneven ? 4 ** -random.below(6) : 1,
        skew: this.uneven && random.chance(0.3) ? random.below(1_000) - 500 : 0,
        dieAt: random.chance(this.crash) ? 1 + random.below(24) : Number.POSITIVE_INFINITY,
        endsAt: time + seconds * 1_000,
        die: () => reject(new Died(name)),
        moments: 0,
        isDead: false,
      }
      this.#current.run(process, () => work(process)).then(resolve, reject)
    })
  }

  /** A call that leaves the process: it waits for its turn. The process may die before it, or after it without hearing the answer. */
  async outside<T>(what: string, act: () => Promise<T>): Promise<T> {
    const process = this.current
    if (!process) return this.#stage.turn(`- ${what}`, 1, act)
    if (!this.#live(process)) return never()
    const outcome = await this.#stage.turn(`${process.name} ${what}`, process.weight, async () => {
      if (process.isDead && this.#stage.random.chance(0.5)) return { error: new Died(process.name) }
      return act().then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      )
    })
    if (!this.#live(process)) return never()
    if ('error' in outcome) throw outcome.error
    return outcome.answer
  }

  #live(process: Process): boolean {
    if (process.isDead) return false
    if (++process.moments < process.dieAt && this.#stage.time < process.endsAt) return true
    process.isDead = true
    this.#stage.trace.push(`${process.name} dies`)
    process.die()
    return false
  }
}
