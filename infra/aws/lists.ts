import { operations } from '#functions/operations.ts'
import { triggers, workers } from '#functions/workers.ts'
import type { Operation } from '#shared/http/operation.ts'
import type { Trigger } from '#shared/worker/trigger.ts'
import type { Worker } from '#shared/worker/worker.ts'

/** Everything that the stacks are derived from. */
export interface Lists {
  readonly operations: readonly Operation[]
  readonly workers: readonly Worker[]
  readonly triggers: readonly Trigger[]
}

/** The actual lists. */
export const lists: Lists = { operations, workers, triggers }
