import type { Messages, QueueName, Reports } from '../queue/queue.ts'
import type { Services } from '../services.ts'
import type { TableAction } from '../table/actions.ts'

/** Services that a worker may need; they decide what its bundle and its role contain. */
export type WorkerNeed = 'table' | 'queue' | 'mail' | 'payments'

type Tools<N extends WorkerNeed> = Pick<Services, N | 'settings' | 'logger' | 'metrics' | 'clock'> & {
  /** Milliseconds until the run has to end, which is before the function is stopped; what is not done by then must be asked for again. */
  readonly remaining: () => number
}

interface Common<N extends WorkerNeed> {
  readonly name: string
  readonly summary: string
  readonly needs: readonly N[]
  /** What it does to the table: its role allows that and nothing else. */
  readonly touches?: readonly TableAction[]
  /** The queues that it sends to: its role allows those and no other. */
  readonly announces?: readonly QueueName[]
  /** Seconds that a run may take; 30 where it is left out. */
  readonly timeoutSeconds?: number
}

type Received = Messages & Reports

/** A function that works off a queue. A message that throws comes back, after five times into the dead-letter queue; the others are done. */
export interface QueueWorker<Q extends keyof Received = keyof Received, N extends WorkerNeed = WorkerNeed> extends Common<N> {
  readonly queue: Q
  /** Messages at once, at most 10. */
  readonly batchSize: number
  /** Reads a body that others wrote; undefined where there is nothing to do about it. Without it the body is JSON of Atrium's own. */
  readonly read?: (body: string) => Received[Q] | undefined
  readonly handle: (message: Received[Q], tools: Tools<N>) => Promise<void>
}

/** A function that runs on a schedule, and must bear to run twice or not at all. */
export interface ScheduledWorker<N extends WorkerNeed = WorkerNeed> extends Common<N> {
  readonly everyMinutes: number
  readonly handle: (tools: Tools<N>) => Promise<void>
}

/** What the machinery sees of any worker. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where the types of all workers meet
export type Worker<N extends WorkerNeed = WorkerNeed> = QueueWorker<any, N> | ScheduledWorker<N>

export const isQueueWorker = (worker: Worker): worker is Extract<Worker, { queue: unknown }> => 'queue' in worker

/** Declares a worker of a queue. No side effect. */
export const queueWorker = <const Q extends keyof Received, const N extends WorkerNeed>(worker: QueueWorker<Q, N>): QueueWorker<Q, N> =>
  worker

/** Declares a worker of a schedule. No side effect. */
export const scheduledWorker = <const N extends WorkerNeed>(worker: ScheduledWorker<N>): ScheduledWorker<N> => worker
