/** What has been started, to be stopped in reverse order. */
export interface Teardown {
  /** Registers a part to be stopped, and returns it. */
  add<T extends { stop(): Promise<void> }>(part: T): T
  /** Stops everything, the last first. A part that fails to stop is reported and does not hold up the others. */
  run(): Promise<void>
}

/** Collects what is to be stopped. */
export function teardown(): Teardown {
  const parts: { stop(): Promise<void> }[] = []
  return {
    add(part) {
      parts.push(part)
      return part
    },
    async run() {
      for (let part = parts.pop(); part; part = parts.pop()) await part.stop().catch((error) => console.error('Not ended cleanly:', error))
    },
  }
}

/** Waits for all, and only then throws if one failed, so that everything started meanwhile has been registered for its stop. */
export async function all<T extends readonly unknown[]>(started: readonly [...{ [K in keyof T]: Promise<T[K]> }]): Promise<T> {
  const outcomes = await Promise.allSettled(started)
  const failed = outcomes.find((outcome): outcome is PromiseRejectedResult => outcome.status === 'rejected')
  if (failed) throw failed.reason
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as unknown as T
}
