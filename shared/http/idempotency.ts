import type { IdempotencyRecord } from '../domain/idempotency-record.ts'
import { fingerprint } from '../domain/ids.ts'
import { Refusal } from '../domain/refusals.ts'
import { later } from '../domain/time.ts'
import * as keys from '../table/design/keys.ts'
import { AnsweredBefore, readIdempotencyRecord, recordWrite } from '../table/idempotency-records.ts'
import { isWellFormed } from './content.ts'
import { type HttpResult, header } from './event.ts'
import { type Exchange, type Idempotency, present, workspaceIdIn } from './exchange.ts'
import { handleInput } from './input.ts'
import { toResult } from './result.ts'

/** How long an answer is kept for replays, in seconds. */
const recordSeconds = 86_400

const sorted = (value: unknown): unknown =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, part]) => [name, sorted(part)]),
      )
    : Array.isArray(value)
      ? value.map(sorted)
      : value

/** The Idempotency-Key of a request, beside the read of its record; undefined where it has none. */
export function idempotencyOf(exchange: Exchange, callerId: string): Idempotency | undefined {
  const { operation, event, services, now } = exchange
  const idempotencyKey = operation.idempotent ? header(event, 'idempotency-key') : undefined
  if (idempotencyKey === undefined || !isWellFormed(idempotencyKey)) return undefined
  const hash = fingerprint(callerId, idempotencyKey)
  const workspaceId = workspaceIdIn(event)
  const key = workspaceId ? keys.idempotencyRecord({ workspaceId, hash }) : keys.callerIdempotencyRecord({ accountId: callerId, hash })
  const replay = (record: IdempotencyRecord | undefined) => replayOf(exchange, record)
  const record = readIdempotencyRecord(services.table, key, now)
  // Nobody awaits it if the caller is refused first: its failure must not end the process then.
  record.catch(() => {})
  return {
    recordAnswer: (answer) => recordWrite(key, recordOf(exchange, answer), now),
    replay: async () => replay(await record),
    replayAfter: async (error) =>
      error instanceof Refusal || error instanceof AnsweredBefore
        ? replay(await readIdempotencyRecord(services.table, key, now))
        : undefined,
  }
}

async function replayOf(exchange: Exchange, record: IdempotencyRecord | undefined): Promise<HttpResult | undefined> {
  if (!record) return undefined
  if (record.fingerprint !== requestOf(exchange))
    throw new Refusal(
      'idempotency_key_reused',
      'This Idempotency-Key was already used with a different request. Use a new key for each new request.',
    )
  const { operation } = exchange
  const body = operation.replay ? await operation.replay(record, handleInput(exchange)) : JSON.parse(record.body ?? 'null')
  return toResult(operation, body, { 'idempotent-replayed': 'true' })
}

function recordOf(exchange: Exchange, answer: { workspaceId?: string }): IdempotencyRecord {
  const { operation, now } = exchange
  const shape = operation.recordShape ?? (operation.replay ? undefined : operation.output)
  const kept = shape ? { body: JSON.stringify(shape.parse(answer)) } : { workspaceId: answer.workspaceId }
  return { ...kept, fingerprint: requestOf(exchange), expiresAt: later(now, recordSeconds) } as IdempotencyRecord
}

/** What distinguishes a request from others; computed only once its caller has been let in. */
const requestOf = ({ operation, event, content }: Exchange): string =>
  fingerprint(JSON.stringify(sorted([operation.name, event.pathParameters ?? {}, present(content).sent ?? {}])))
