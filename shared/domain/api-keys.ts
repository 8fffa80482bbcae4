import type { ApiKey } from './model.ts'
import { type Role, rolesThatMay, type Scope } from './roles.ts'
import { newApiKeySecret, secretHash } from './secrets.ts'
import { later } from './time.ts'

/** How many API keys a workspace may have. */
export const maximumApiKeys = 100

/** What a key may where its maker says nothing. */
export const defaultScopes: readonly Scope[] = ['workspace:read', 'usage:write']

/** The roles whose holders may make or rotate a key with these scopes: a key never may more than its maker. */
export const rolesThatGive = (scopes: readonly Scope[]): readonly Role[] =>
  scopes.includes('usage:read') ? rolesThatMay('readUsage') : rolesThatMay('manageApiKeys')

type Kept = Pick<ApiKey, 'hash' | 'prefix' | 'last4'>

/** A fresh secret for a key, and what is kept of it. */
export function newSecret(workspaceId: string, apiKeyId: string): { secret: string; kept: Kept } {
  const secret = newApiKeySecret({ workspaceId, apiKeyId })
  return { secret, kept: { hash: secretHash(secret), prefix: secret.slice(0, 12), last4: secret.slice(-4) } }
}

/** A key with a new secret; the old one works for the grace (seconds), and one from an earlier rotation no longer. */
export function rotated(apiKey: ApiKey, kept: Kept, graceSeconds: number, now: Date): ApiKey {
  const { previousHash: _earlier, previousUntil: _until, ...rest } = apiKey
  const grace = graceSeconds > 0 ? { previousHash: apiKey.hash, previousUntil: later(now, graceSeconds) } : {}
  return { ...rest, ...kept, ...grace }
}
