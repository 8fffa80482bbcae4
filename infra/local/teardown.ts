/** What has been started, to be ended in reverse order. */
export interface Teardown {
  /** Notes how to end something, and gives it back. */
  add<T extends { stop(): Promise<void> }>(part: T): T
  /** Ends everything, the last first. What cannot be ended is reported and holds up nothing. */
  run(): Promise<void>
}

/** Collects what is to be ended. */
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

/** Waits for all, and only then throws where one failed: whatever was started meanwhile has then been noted for its end. */
export async function all<T extends readonly unknown[]>(started: readonly [...{ [K in keyof T]: Promise<T[K]> }]): Promise<T> {
  const outcomes = await Promise.allSettled(started)
  const failed = outcomes.find((outcome): outcome is PromiseRejectedResult => outcome.status === 'rejected')
  if (failed) throw failed.reason
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<unknown>).value) as unknown as T
}
