import type { QueueName } from '#shared/domain/messages.ts'
import type { Queue } from '#shared/queue/queue.ts'
import type { Weather } from './faulty-client.ts'
import { Died, type Processes } from './processes.ts'
import type { Stage } from './stage.ts'

/** How often a message is tried before it goes to the dead-letter queue. */
const mostReceives = 5

interface Options {
  readonly stage: Stage
  readonly processes: Processes
  readonly weather: () => Weather
  /** Delivers a message to its worker; false if the worker failed. */
  readonly deliver: (queue: QueueName, message: object) => Promise<boolean>
}

/** Queues like SQS at its worst: a message arrives once or several times, late, in any order; a failed one is redelivered. */
export class Queues implements Queue {
  readonly #options: Options
  /** Messages that are not processed yet. */
  open = 0
  /** Every message that was ever sent, as text. */
  readonly bodies: string[] = []
  /** The contents of the dead-letter queues. */
  readonly dead: string[] = []

  constructor(options: Options) {
    this.#options = options
  }

  enqueue = async (queue: QueueName, messages: readonly object[], delaySeconds = 0): Promise<void> => {
    for (const message of messages)
      await this.#options.processes.outside(`sends to ${queue}`, async () => this.#send(queue, message, delaySeconds))
  }

  #send(queue: QueueName, message: object, delaySeconds: number): void {
    const { stage, weather } = this.#options
    const { random } = stage
    const { lostMessage = 0 } = weather()
    this.bodies.push(JSON.stringify(message))
    if (random.chance(lostMessage)) return
    const copies = lostMessage > 0 ? random.pick([1, 1, 1, 2, 2, 3]) : 1
    for (let copy = 0; copy < copies; copy++) {
      const late = lostMessage > 0 ? random.pick([0, 20, 200, 2_000, 60_000, 600_000]) : 0
      this.#later(queue, message, delaySeconds * 1_000 + random.next() * late, 1)
    }
  }

  #later(queue: QueueName, message: object, milliseconds: number, receives: number): void {
    this.open++
    this.#options.stage.after(milliseconds, () => void this.#receive(queue, message, receives))
  }

  async #receive(queue: QueueName, message: object, receives: number): Promise<void> {
    const { random } = this.#options.stage
    const isDone = await this.#options.deliver(queue, message).catch((error) => {
      if (error instanceof Died) return false
      throw error
    })
    if (!isDone && receives < mostReceives) this.#later(queue, message, random.pick([1_000, 30_000, 360_000]), receives + 1)
    else if (!isDone) this.dead.push(JSON.stringify(message))
    this.open--
  }
}
