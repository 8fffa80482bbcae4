import type { Queue } from '#shared/queue/queue.ts'
import type { Faults } from '../faults.ts'

/** The queue as operations see it, with the current fault: each message is delivered once, twice or, as if SQS had lost it, never. */
export const faultyQueue = (queue: Queue, faults: Pick<Faults, 'queue'>): Queue => ({
  async enqueue(name, messages, delaySeconds) {
    const times = faults.queue === 'lose' ? 0 : faults.queue === 'duplicate' ? 2 : 1
    for (let sent = 0; sent < times; sent++) await queue.enqueue(name, messages, delaySeconds)
  },
})
