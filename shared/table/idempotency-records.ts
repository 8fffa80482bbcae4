import type { IdempotencyRecord } from '../domain/idempotency-record.ts'
import { epochSeconds } from '../domain/time.ts'
import { absent, any, atMost } from './conditions.ts'
import { type Collected, ttlAttribute } from './design/attributes.ts'
import type { Key } from './design/entity.ts'
import { put, type Table, type Write } from './engine.ts'

/** Another request with the same Idempotency-Key was first: read its record. */
export class AnsweredBefore extends Error {}

/** The record of a request with an Idempotency-Key, if it has not expired. */
export async function readIdempotencyRecord(table: Table, key: Key<IdempotencyRecord>, now: Date): Promise<IdempotencyRecord | undefined> {
  const record = await table.get(key)
  return record && record.expiresAt > now.toISOString() ? record : undefined
}

/** The record of a request, as part of the transaction that has its effect: both are there or neither. Throws `AnsweredBefore` on a race. */
export const recordWrite = (key: Key<IdempotencyRecord & Collected>, record: IdempotencyRecord, now: Date): Write =>
  put(
    key,
    { ...record, [ttlAttribute]: epochSeconds(record.expiresAt) },
    any(absent('pk'), atMost('expiresAt', now.toISOString())),
    () => new AnsweredBefore(),
  )
