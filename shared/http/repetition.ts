import { fingerprint } from '../domain/ids.ts'
import type { Memory } from '../domain/model.ts'
import { Refusal } from '../domain/refusals.ts'
import { later } from '../domain/time.ts'
import { keys } from '../table/design.ts'
import { memorize, Remembered, recall } from '../table/memories.ts'
import type { Write } from '../table/table.ts'
import { type HttpResult, header, invalidRequest } from './event.ts'
import { type Exchange, present, type Repetition, workspaceIdIn } from './exchange.ts'
import { toResult } from './result.ts'

/** For how long an answer is remembered, in seconds. */
const remembered = 86_400

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

/** The Idempotency-Key of a request and where it is remembered, beside the read of what is there; undefined where it has none. */
export function repetitionOf(exchange: Exchange, callerId: string): Repetition | undefined {
  const { operation, event, services, now } = exchange
  const idempotencyKey = operation.idempotent ? header(event, 'idempotency-key') : undefined
  if (idempotencyKey === undefined || !isWellFormed(idempotencyKey)) return undefined
  const hash = fingerprint(callerId, idempotencyKey)
  const workspaceId = workspaceIdIn(event)
  const key = workspaceId ? keys.memory(workspaceId, hash) : keys.callerMemory(callerId, hash)
  const asked = [operation.name, event.pathParameters ?? {}, present(exchange.content).sent ?? {}]
  return { key, fingerprint: fingerprint(JSON.stringify(sorted(asked))), memory: recall(services.table, key, now) }
}

const isWellFormed = (key: string): boolean => /^[\x20-\x7e]{1,255}$/.test(key)

/** What is wrong with the Idempotency-Key of an operation that honours it. */
export function idempotencyKeyProblem({ operation, event }: Exchange): Refusal | undefined {
  const key = operation.idempotent ? header(event, 'idempotency-key') : undefined
  const wrong = key !== undefined && !isWellFormed(key)
  return wrong ? invalidRequest('Idempotency-Key has 1 to 255 printable ASCII characters.') : undefined
}

/** The first answer again, where the request was answered before; refuses another request with the same key (422). */
export async function replay(exchange: Exchange, memory: Memory | undefined): Promise<HttpResult | undefined> {
  if (!memory) return undefined
  if (memory.fingerprint !== present(exchange.repetition).fingerprint)
    throw new Refusal('idempotency_key_reused', 'This Idempotency-Key was used for another request: take a new one for each request.')
  const { operation } = exchange
  const body = operation.replay ? await operation.replay(memory, handleInput(exchange)) : JSON.parse(memory.body ?? 'null')
  return toResult(operation, body, { 'idempotent-replayed': 'true' })
}

/** Looks again after the operation refused: a request with the same key may have been first meanwhile, and then its answer is the answer. */
export const replayAfter = async (exchange: Exchange, error: unknown): Promise<HttpResult | undefined> => {
  const { repetition, services, now } = exchange
  if (!repetition || !(error instanceof Refusal || error instanceof Remembered)) return undefined
  return replay(exchange, await recall(services.table, repetition.key, now))
}

/** What `handle` and `replay` are called with. */
export function handleInput(exchange: Exchange) {
  const { event, services, now, content, granted } = exchange
  const { body, query } = present(content)
  return { ...services, ...granted, body, query, now, path: event.pathParameters ?? {}, remember: remember(exchange) }
}

/** Makes the memory of an answer, as a write of the operation's own transaction; undefined where there is no Idempotency-Key. */
const remember =
  ({ repetition, now, operation }: Exchange) =>
  (answer: { workspaceId?: string }): Write | undefined => {
    if (!repetition) return undefined
    const kept = operation.replay ? { workspaceId: answer.workspaceId } : { body: JSON.stringify(operation.output.parse(answer)) }
    return memorize(repetition.key, { ...kept, fingerprint: repetition.fingerprint, expiresAt: later(now, remembered) } as Memory, now)
  }
