/** Numbers that follow from a seed, so that a run can be repeated (mulberry32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number, at least 0, below `limit`. */
  below = (limit: number): number => Math.floor(this.next() * limit)

  chance = (probability: number): boolean => this.next() < probability

  pick = <T>(list: readonly T[]): T => list[this.below(list.length)] as T

  shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => ({ item, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item)
}

const numberIn = (name: string): number | undefined => (process.env[name] ? Number(process.env[name]) : undefined)

/** Runs something once per seed, one after the other. `SEED=7` repeats one, `SEEDS=1000` runs more, and a failure names its seed. */
export async function forSeeds(count: number, run: (random: Random, seed: number) => Promise<void>): Promise<void> {
  const only = numberIn('SEED')
  const seeds = only === undefined ? Array.from({ length: numberIn('SEEDS') ?? count }, (_, i) => i + 1) : [only]
  for (const seed of seeds)
    await run(new Random(seed), seed).catch((error) => {
      if (error instanceof Error) error.message = `with SEED=${seed}: ${error.message}`
      throw error
    })
}
