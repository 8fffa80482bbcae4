import type { ApiKey } from '../domain/api-key.ts'
import { maximumApiKeys } from '../domain/api-key.ts'
import { isId } from '../domain/ids.ts'
import { Refusal } from '../domain/refusals.ts'
import type { ApiKeyPlace } from '../domain/secrets.ts'
import { later } from '../domain/time.ts'
import { all, any, below, exists, is } from './conditions.ts'
import * as collections from './design/collections.ts'
import * as keys from './design/keys.ts'
import { check, put, remove, type Table, update, type Write } from './engine.ts'
import { changed } from './races.ts'
import { changeWorkspace, stillActive } from './workspaces.ts'

/** An API key with its workspace: one round, strongly consistent, so that a revocation counts from the next request on. */
export const readApiKey = (table: Table, place: ApiKeyPlace) =>
  table.get({ apiKey: keys.apiKey(place), workspace: keys.workspace(place.workspaceId) })

/** The rule that a write needs: the key that asks for it is (still) there. */
export const stillApiKey = ({ workspaceId, id }: ApiKey): Write =>
  check(
    keys.apiKey({ workspaceId, apiKeyId: id }),
    exists('pk'),
    () => new Refusal('unauthenticated', 'This API key has just been revoked. Send a valid one.'),
  )

/** Notes that a key was used, at most once a minute. Touches an existing row alone: it cannot bring a revoked or purged key back. */
export async function noteUse(table: Table, { workspaceId, id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
  const minuteAgo = later(now, -60)
  if (lastUsedAt && lastUsedAt > minuteAgo) return
  const stale = all(exists('pk'), any(is('lastUsedAt', null), below('lastUsedAt', minuteAgo)))
  await table.attempt(keys.apiKey({ workspaceId, apiKeyId: id }), { set: { lastUsedAt: now.toISOString() } }, stale)
}

/** The workspace of a key is being deleted, and with it the key is dead. */
export const workspaceGone = (): Refusal =>
  new Refusal('unauthenticated', 'The workspace of this API key is being deleted, so its keys no longer work.')

export const apiKeyNotFound = (): Refusal => new Refusal('api_key_not_found', 'This workspace has no API key with this id.')

const tooMany = (): Refusal =>
  new Refusal('too_many_api_keys', `A workspace can have at most ${maximumApiKeys} API keys. Revoke one first.`)

/** All API keys of a workspace (at most 100), strongly consistent. */
export const listApiKeys = (table: Table, workspaceId: string): Promise<ApiKey[]> => table.queryAll(collections.apiKeys(workspaceId))

/** The API key of a workspace with an id from outside; undefined where there is none. */
export const findApiKey = async (table: Table, workspaceId: string, apiKeyId: string): Promise<ApiKey | undefined> =>
  isId('key', apiKeyId) ? table.get(keys.apiKey({ workspaceId, apiKeyId })) : undefined

/** Puts a new key; refuses `too_many_api_keys`. */
export const createApiKey = (table: Table, apiKey: ApiKey, authorizationCheck: Write, record: Write | undefined): Promise<void> => {
  const place = { workspaceId: apiKey.workspaceId, apiKeyId: apiKey.id }
  const count = changeWorkspace(
    apiKey.workspaceId,
    { add: { apiKeyCount: 1 } },
    { rule: below('apiKeyCount', maximumApiKeys), broken: tooMany },
  )
  return table.write(count, authorizationCheck, put(keys.apiKey(place), apiKey), record)
}

/**
 * Puts a key's new secret in place of the one that was read. Throws `Changed` on a race. Where no earlier secret goes on working, it does
 * not matter which ones there were: however many end them all at once, nobody waits for the others.
 */
export const replaceSecret = (
  table: Table,
  seen: ApiKey,
  next: ApiKey,
  authorizationCheck: Write,
  record: Write | undefined,
): Promise<void> => {
  const { hash, prefix: begins, last4, former = [] } = next
  const change = { set: { hash, prefix: begins, last4, former } }
  const asRead = former.length > 0 ? is('hash', seen.hash) : exists('pk')
  const row = update(keys.apiKey({ workspaceId: seen.workspaceId, apiKeyId: seen.id }), change, asRead, changed)
  return table.write(stillActive(seen.workspaceId), authorizationCheck, row, record)
}

/** Revokes a key; refuses `api_key_not_found`. */
export const revokeApiKey = (table: Table, workspaceId: string, apiKeyId: string, authorizationCheck: Write): Promise<void> => {
  const count = changeWorkspace(workspaceId, { add: { apiKeyCount: -1 } })
  return table.write(count, authorizationCheck, remove(keys.apiKey({ workspaceId, apiKeyId }), exists('pk'), apiKeyNotFound))
}
