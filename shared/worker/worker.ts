import type { Messages, QueueName } from '../domain/messages.ts'
import type { Reports } from '../queue/queue.ts'
import type { Services } from '../services.ts'
import type { TableAction } from '../table/table-actions.ts'

/** Services that a worker may need; they decide what its bundle and its role contain. */
export type WorkerServiceName = 'table' | 'queue' | 'mail' | 'payments'

type Tools<N extends WorkerServiceName> = Pick<Services, N | 'settings' | 'logger' | 'metrics' | 'clock'> & {
  /** Milliseconds until the run has to end, which is before the function is stopped; what is not done by then must be asked for again. */
  readonly remaining: () => number
}

interface Common<N extends WorkerServiceName> {
  readonly name: string
  readonly summary: string
  readonly services: readonly N[]
  /** What it does to the table: its role allows that and nothing else. */
  readonly tableActions?: readonly TableAction[]
  /** The queues that it sends to: its role allows those and no other. */
  readonly sendsTo?: readonly QueueName[]
  /** Seconds that a run may take; by default 30. */
  readonly timeoutSeconds?: number
}

type Received = Messages & Reports

/** Every queue that a worker can consume. */
export type WorkQueueName = keyof Received

/**
 * A function that consumes a queue. A message whose handling throws comes back, and after five times goes to the dead-letter queue; the
 * others are done.
 */
export interface QueueWorker<Q extends keyof Received = keyof Received, N extends WorkerServiceName = WorkerServiceName> extends Common<N> {
  readonly queue: Q
  /** Messages at once, at most 10. */
  readonly batchSize: number
  /** Reads a body that others wrote; undefined where there is nothing to do about it. Without it the body is JSON of Atrium's own. */
  readonly read?: (body: string) => Received[Q] | undefined
  readonly handle: (message: Received[Q], tools: Tools<N>) => Promise<void>
}

/** A function that runs on a schedule; running twice or not at all must do no harm. */
export interface ScheduledWorker<N extends WorkerServiceName = WorkerServiceName> extends Common<N> {
  readonly everyMinutes: number
  readonly handle: (tools: Tools<N>) => Promise<void>
}

/** What the machinery sees of any worker. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where the types of all workers meet
export type Worker<N extends WorkerServiceName = WorkerServiceName> = QueueWorker<any, N> | ScheduledWorker<N>

export const isQueueWorker = (worker: Worker): worker is Extract<Worker, { queue: unknown }> => 'queue' in worker

/** Declares a worker of a queue. No side effect. */
export const queueWorker = <const Q extends keyof Received, const N extends WorkerServiceName>(
  worker: QueueWorker<Q, N>,
): QueueWorker<Q, N> => worker

/** Declares a worker of a schedule. No side effect. */
export const scheduledWorker = <const N extends WorkerServiceName>(worker: ScheduledWorker<N>): ScheduledWorker<N> => worker
