import { createHash } from 'node:crypto'
import type { Usage } from '../domain/bill.ts'
import type { Micro, Worth } from '../domain/decimal.ts'
import { fingerprint } from '../domain/ids.ts'
import { Refusal, type RefusalCode } from '../domain/refusals.ts'
import { epochSeconds, later } from '../domain/time.ts'
import type { UsageEvent } from '../domain/usage.ts'
import type { Workspace } from '../domain/workspace.ts'
import { workspaceGone } from './api-keys.ts'
import { absent, all, any, atMost, type Condition, is } from './conditions.ts'
import { ttlAttribute } from './design/attributes.ts'
import type { UsageCounter } from './design/entities/usage.ts'
import * as keys from './design/keys.ts'
import { put, type Table, update, type Write } from './engine.ts'
import { stillActive } from './workspaces.ts'

/** How long an event id is kept, in seconds. */
const eventIdSeconds = 90 * 86_400

/** A transaction takes 100 items: the counter of the shard and this many events. */
const eventsPerTransaction = 99

const shardOf = (id: string, shards: number): number => createHash('sha256').update(id).digest().readUInt32BE() % shards

/** The attribute of a counter that sums one month and meter. */
const attributeOf = ({ occurredAt, meter }: UsageEvent): string => `sum:${occurredAt.slice(0, 7)}:${meter}`

interface Counting {
  /** What the usage of the workspace may be worth; each of its shards has the same part. */
  readonly limit: Worth
  readonly now: Date
}

/**
 * Counts events, each once per workspace and id: an event and its share of the counter are one transaction, under the rule that the
 * counter is open and has room. Answers how many were new. It is no transaction as a whole: after an error, send all again. Refuses
 * `unauthenticated` once the workspace is being deleted, and `usage_limit_reached` where a shard would hold more than its part.
 */
export async function countEvents(table: Table, workspace: Workspace, events: readonly UsageEvent[], { limit, now }: Counting) {
  const distinct = [...new Map([...events].reverse().map((event) => [event.id, event])).values()].reverse()
  const shards = Map.groupBy(distinct, ({ id }) => shardOf(id, workspace.usageShards))
  const part = limit / BigInt(workspace.usageShards)
  const counts = await Promise.all(
    [...shards].map(([shard, inShard]) => countInShard({ table, workspaceId: workspace.id, shard, part, now }, inShard)),
  )
  const counted = counts.reduce((sum, count) => sum + count.counted, 0)
  const errors = counts.flatMap(({ error }) => error ?? [])
  const gone = errors.find((error) => isRefusal(error, 'unauthenticated'))
  const unclear = errors.find((error) => error !== gone && !isRefusal(error, 'unauthenticated') && !isRefusal(error, 'usage_limit_reached'))
  if (unclear) throw unclear
  if (gone) throw counted > 0 ? sealedMeanwhile() : gone
  if (errors.length > 0) throw errors[0]
  return counted
}

/**
 * The events of one shard, one transaction after the other: they all change the same counter. An error is an answer, so that nothing is
 * under way any more when the batch is answered.
 */
async function countInShard(shard: Shard, events: readonly UsageEvent[]): Promise<{ counted: number; error?: unknown }> {
  let counted = 0
  try {
    for (let from = 0; from < events.length; from += eventsPerTransaction)
      counted += await countChunk(shard, events.slice(from, from + eventsPerTransaction))
    return { counted }
  } catch (error) {
    return { counted, error }
  }
}

const isRefusal = (error: unknown, code: RefusalCode): boolean => error instanceof Refusal && error.code === code

/** Part of a batch is counted, and will be billed: the batch was not refused, so that it is not answered as if it were. */
const sealedMeanwhile = (): Refusal =>
  new Refusal('unavailable', 'Only part of the batch was counted, because the workspace is being deleted.', {
    retryAfter: 1,
  })

interface Shard {
  readonly table: Table
  readonly workspaceId: string
  readonly shard: number
  /** What it may hold. */
  readonly part: Worth
  readonly now: Date
}

class CounterMissing extends Error {}
class CountedBefore extends Error {}

async function countChunk(shard: Shard, events: readonly UsageEvent[]): Promise<number> {
  const before = new Set<UsageEvent>()
  for (;;) {
    const open = events.filter((event) => !before.has(event))
    if (open.length === 0) return 0
    try {
      await shard.table.write(...open.map((event) => eventWrite(shard, event, before)), counterWrite(shard, open))
      return open.length
    } catch (error) {
      if (error instanceof CounterMissing) await openCounter(shard)
      else if (!(error instanceof CountedBefore)) throw error
    }
  }
}

/** Puts an event if it is new; one that is not is noted in `before`. */
function eventWrite({ workspaceId, shard, now }: Shard, event: UsageEvent, before: Set<UsageEvent>): Write {
  const expiresAt = later(now, eventIdSeconds)
  const key = keys.usageEvent({ workspaceId, shard, eventHash: fingerprint(event.id) })
  const item = { expiresAt, [ttlAttribute]: epochSeconds(expiresAt) }
  return put(key, item, any(absent('pk'), atMost('expiresAt', now.toISOString())), () => {
    before.add(event)
    return new CountedBefore()
  })
}

function counterWrite({ workspaceId, shard, part }: Shard, events: readonly UsageEvent[]): Write {
  const sums: Record<string, Micro> = {}
  for (const event of events) sums[attributeOf(event)] = (sums[attributeOf(event)] ?? 0n) + event.quantity
  const worth = events.reduce((sum, event) => sum + event.worth, 0n)
  // The gate is positive: what is not open, or not there, takes nothing.
  const gate = all(is('status', 'open'), leaves(part - worth))
  return update(keys.usageCounter({ workspaceId, shard }), { add: { ...sums, worth } }, gate, (found) => {
    if (!found) return new CounterMissing()
    return found.status === 'open' ? usageLimitReached() : workspaceGone()
  })
}

/**
 * Whether what a counter holds is worth at most `room`. Of a counter of before nobody has added that up: it counts as empty, so that it
 * is bounded from then on. Below nothing there is no room in any.
 */
const leaves = (room: Worth): Condition => (room < 0n ? atMost('worth', room) : any(absent('worth'), atMost('worth', room)))

/** True also where other shards have room: which events share one is nothing that a consumer can know. */
const usageLimitReached = (): Refusal =>
  new Refusal(
    'usage_limit_reached',
    'At least one event of this batch was not counted, because it would exceed its share of the usage limit of this workspace. Ask the operator of this service to raise the limit, then send the batch again. Events that were counted are not counted twice.',
  )

/** Makes the counter of a shard, once, while the workspace is active: none can appear after the deletion began. */
async function openCounter({ table, workspaceId, shard }: Shard): Promise<void> {
  await table
    .write(
      stillActive(workspaceId, workspaceGone),
      put(keys.usageCounter({ workspaceId, shard }), { status: 'open' }, absent('pk'), () => new Opened()),
    )
    .catch((error) => {
      if (!(error instanceof Opened)) throw error
    })
}

class Opened extends Error {}

const shardNumbers = ({ usageShards }: Workspace): number[] => Array.from({ length: usageShards }, (_, shard) => shard)

/** All usage of a workspace: one round, strongly consistent. */
export const readUsage = async (table: Table, workspace: Workspace): Promise<Usage> =>
  usageOf(await table.get(shardNumbers(workspace).map((shard) => keys.usageCounter({ workspaceId: workspace.id, shard }))))

/** Seals every counter and answers what they sum up to: from then on nothing is added, and sealing again answers the same. */
export async function sealUsage(table: Table, workspace: Workspace): Promise<Usage> {
  const seal = (shard: number) => table.change(keys.usageCounter({ workspaceId: workspace.id, shard }), { set: { status: 'sealed' } })
  return usageOf(await Promise.all(shardNumbers(workspace).map(seal)))
}

function usageOf(counters: readonly (UsageCounter | undefined)[]): Usage {
  const usage = new Map<string, Map<string, Micro>>()
  for (const [name, sum] of counters.flatMap((counter) => Object.entries(counter ?? {}))) {
    const [, month, meter] = /^sum:(\d{4}-\d\d):(\w+)$/.exec(name) ?? []
    if (!month || !meter) continue
    const meters = usage.get(month) ?? new Map<string, Micro>()
    meters.set(meter, (meters.get(meter) ?? 0n) + BigInt(sum))
    usage.set(month, meters)
  }
  return usage
}
