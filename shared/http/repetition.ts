import { fingerprint } from '../domain/ids.ts'
import type { Memory } from '../domain/model.ts'
import { Refusal } from '../domain/refusals.ts'
import { later } from '../domain/time.ts'
import { keys } from '../table/design.ts'
import { memorize, Remembered, recall } from '../table/memories.ts'
import { isWellFormed } from './content.ts'
import { type HttpResult, header } from './event.ts'
import { type Exchange, present, type Repetition, workspaceIdIn } from './exchange.ts'
import { handleInput } from './input.ts'
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

/** The Idempotency-Key of a request, beside the read of what is remembered under it; undefined where it has none. */
export function repetitionOf(exchange: Exchange, callerId: string): Repetition | undefined {
  const { operation, event, services, now } = exchange
  const idempotencyKey = operation.idempotent ? header(event, 'idempotency-key') : undefined
  if (idempotencyKey === undefined || !isWellFormed(idempotencyKey)) return undefined
  const hash = fingerprint(callerId, idempotencyKey)
  const workspaceId = workspaceIdIn(event)
  const key = workspaceId ? keys.memory(workspaceId, hash) : keys.callerMemory(callerId, hash)
  const replay = (memory: Memory | undefined) => replayOf(exchange, memory)
  const memory = recall(services.table, key, now)
  // Nobody waits for it where the caller is refused first: its failure is then nobody's, and must not end the process.
  memory.catch(() => {})
  return {
    remember: (answer) => memorize(key, memoryOf(exchange, answer), now),
    replay: async () => replay(await memory),
    replayAfter: async (error) =>
      error instanceof Refusal || error instanceof Remembered ? replay(await recall(services.table, key, now)) : undefined,
  }
}

async function replayOf(exchange: Exchange, memory: Memory | undefined): Promise<HttpResult | undefined> {
  if (!memory) return undefined
  if (memory.fingerprint !== requestOf(exchange))
    throw new Refusal('idempotency_key_reused', 'This Idempotency-Key was used for another request: take a new one for each request.')
  const { operation } = exchange
  const body = operation.replay ? await operation.replay(memory, handleInput(exchange)) : JSON.parse(memory.body ?? 'null')
  return toResult(operation, body, { 'idempotent-replayed': 'true' })
}

function memoryOf(exchange: Exchange, answer: { workspaceId?: string }): Memory {
  const { operation, now } = exchange
  const shape = operation.remembers ?? (operation.replay ? undefined : operation.output)
  const kept = shape ? { body: JSON.stringify(shape.parse(answer)) } : { workspaceId: answer.workspaceId }
  return { ...kept, fingerprint: requestOf(exchange), expiresAt: later(now, remembered) } as Memory
}

/** What tells a request from others: taken only once its caller was let in. */
const requestOf = ({ operation, event, content }: Exchange): string =>
  fingerprint(JSON.stringify(sorted([operation.name, event.pathParameters ?? {}, present(content).sent ?? {}])))
