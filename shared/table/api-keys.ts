import type { ApiKey, Workspace } from '../domain/model.ts'
import { Refusal } from '../domain/refusals.ts'
import type { ApiKeyPlace } from '../domain/secrets.ts'
import { later } from '../domain/time.ts'
import { all, any, below, exists, is } from './conditions.ts'
import { keys } from './design.ts'
import { check, type Table, type Write } from './table.ts'

/** An API key with its workspace: one round, strongly consistent, so that a revocation counts from the next request on. */
export const readApiKey = (table: Table, place: ApiKeyPlace) =>
  table.get<[ApiKey, Workspace]>(keys.apiKey(place), keys.workspace(place.workspaceId))

/** The rule that a write needs: the key that asks for it is (still) there. */
export const stillApiKey = ({ workspaceId, id }: ApiKey): Write =>
  check(
    keys.apiKey({ workspaceId, apiKeyId: id }),
    exists('pk'),
    () => new Refusal('unauthenticated', 'The API key has just been revoked.'),
  )

/** Notes that a key was used, at most once a minute. Touches an existing row alone: it cannot bring a revoked or purged key back. */
export async function noteUse(table: Table, { workspaceId, id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
  const minuteAgo = later(now, -60)
  if (lastUsedAt && lastUsedAt > minuteAgo) return
  const stale = all(exists('pk'), any(is('lastUsedAt', null), below('lastUsedAt', minuteAgo)))
  await table.attempt(keys.apiKey({ workspaceId, apiKeyId: id }), { set: { lastUsedAt: now.toISOString() } }, stale)
}
