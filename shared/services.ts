import type { Logger } from '@aws-lambda-powertools/logger'
import type { Deadline } from './deadline.ts'
import type { Mail } from './mail/ses.ts'
import type { Metrics } from './metrics.ts'
import type { Payments } from './payments/payments.ts'
import type { Queue } from './queue/queue.ts'
import type { Settings } from './settings.ts'
import type { Table } from './table/engine.ts'
import type { Tokens } from './tokens/tokens.ts'

/** Everything that operations and workers reach the world through. A function is wired with what it needs, a test with what it wants. */
export interface Services {
  readonly settings: Settings
  readonly clock: () => Date
  readonly logger: Logger
  readonly tokens: Tokens
  readonly table: Table
  readonly queue: Queue
  readonly mail: Mail
  /** Numbers that alarms watch; operations have none. */
  readonly metrics: Metrics
  /** Undefined where no payment provider is configured. */
  readonly payments: Payments | undefined
}

/** The services of one invocation: what they do for it ends by its deadline. Not every function has a table. */
export const withinTime = <S extends { readonly table?: Table }>(
  services: S,
  deadline: Deadline,
): S & { readonly remaining: () => number } => ({
  ...services,
  ...(services.table && { table: services.table.until(deadline) }),
  remaining: deadline.remaining,
})
