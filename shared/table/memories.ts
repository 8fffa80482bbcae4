import type { Memory } from '../domain/model.ts'
import { epochSeconds } from '../domain/time.ts'
import { absent, any, atMost } from './conditions.ts'
import { type Key, ttlAttribute } from './design.ts'
import { put, type Table, type Write } from './table.ts'

/** Another request with the same Idempotency-Key was first: its memory is to be read. */
export class Remembered extends Error {}

/** What is remembered of a request under its Idempotency-Key, if it has not expired. */
export async function recall(table: Table, key: Key, now: Date): Promise<Memory | undefined> {
  const [memory] = await table.get<[Memory]>(key)
  return memory && memory.expiresAt > now.toISOString() ? memory : undefined
}

/** The memory of a request, as part of the transaction that has its effect: both are there or neither. Throws `Remembered` on a race. */
export const memorize = (key: Key, memory: Memory, now: Date): Write =>
  put(
    { ...key, ...memory, [ttlAttribute]: epochSeconds(memory.expiresAt) },
    any(absent('pk'), atMost('expiresAt', now.toISOString())),
    () => new Remembered(),
  )
