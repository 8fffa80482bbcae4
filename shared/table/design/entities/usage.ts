import { entity, type Item } from '../entity.ts'

/** What one shard of a workspace's usage sums up to. A counter of before does not say what it is worth. */
export interface UsageCounter {
  readonly status: 'open' | 'sealed'
  readonly worth?: number | bigint
  /** Millionths of a meter's unit in a month. */
  readonly [sum: `sum:${string}`]: number | bigint
}

interface CountedEvent {
  readonly expiresAt: string
}

export const usageCounter = /* @__PURE__ */ entity({
  is: 'sums by month and meter; open, or sealed by the deletion' as Item<UsageCounter>,
  pk: 'USAGE#<workspaceId>#<shard>',
  sk: 'COUNTER',
  kind: 'usageCounter',
})

export const usageEvent = /* @__PURE__ */ entity({
  is: 'says that an event was counted' as Item<CountedEvent>,
  pk: 'USAGE#<workspaceId>#<shard>',
  sk: 'EVENT#<eventHash>',
  ttl: true,
  kind: 'usageEvent',
})
