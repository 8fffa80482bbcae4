import type { Logger } from '@aws-lambda-powertools/logger'
import { Deadline } from './deadline.ts'
import { safeForLog } from './domain/safe-for-log.ts'
import { connectTable } from './table/connect.ts'
import type { Table } from './table/engine.ts'
import type { Tokens } from './tokens/tokens.ts'

/** What the first answer of a function would wait for. */
export interface FirstAnswer {
  /** Calls of the table that the first event begins at once: each takes a connection. */
  readonly connections: number
  /** Whether people send it access tokens, which the issuer's keys verify. */
  readonly needsKeys: boolean
}

interface Opened {
  readonly table: Pick<Table, 'client'>
  readonly tokens?: Tokens
  readonly logger: Pick<Logger, 'warn'>
}

/** How long a function that starts waits for what it will need, in milliseconds: Lambda would start it anew after ten seconds. */
const readyTimeoutMs = 1_000

/**
 * Does side by side, before the first event is looked at, what its answer would wait for one after the other: opens the table's connections
 * and fetches the issuer's keys. It is waited for, because Lambda stops a process between its start and its first event. What fails or takes
 * longer is left to the event that needs it, which does the same again; the log says so in one line.
 */
export async function ready(
  { table, tokens, logger }: Opened,
  { connections, needsKeys }: FirstAnswer,
  deadline = Deadline.in(readyTimeoutMs),
): Promise<void> {
  const connecting = Array.from({ length: connections }, () => deadline.wait((signal) => connectTable(table, signal)))
  const fetching = needsKeys ? [deadline.wait(async () => tokens?.fetchKeys?.())] : []
  const failures = (await Promise.allSettled([...connecting, ...fetching])).filter((outcome) => outcome.status === 'rejected')
  if (failures.length > 0) logger.warn('not ready', { errors: failures.map(({ reason }) => safeForLog(reason)) })
}
