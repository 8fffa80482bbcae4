import * as z from 'zod/mini'
import { type Permission, type Role, rolesThatMay, type Scope, scopeSchema } from './roles.ts'
import { accountIdSchema, id } from './schemas.ts'
import { newApiKeySecret, secretHash } from './secrets.ts'
import { earlier, instantSchema, later } from './time.ts'

export interface ApiKey {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** SHA-256 of the secret. */
  readonly hash: string
  /** Hashes of secrets that were rotated away, each good until then. */
  readonly former?: readonly { readonly hash: string; readonly until: string }[]
  readonly prefix: string
  readonly last4: string
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

export const apiKeyShape = z
  .object({
    id: id('key', 'an API key'),
    name: z.string(),
    prefix: z.string().register(z.globalRegistry, { description: 'The first characters of the secret' }),
    last4: z.string().register(z.globalRegistry, { description: 'The last characters of the secret' }),
    scopes: z.array(scopeSchema),
    createdAt: instantSchema,
    createdBy: accountIdSchema,
    expiresAt: z.nullable(instantSchema),
    lastUsedAt: z.nullable(instantSchema),
  })
  .register(z.globalRegistry, { id: 'ApiKey' })

/** The answer that shows a secret: the only time that it does. */
export const secretShape = z.object({
  apiKey: apiKeyShape,
  secret: z.nullable(z.string()).register(z.globalRegistry, { description: 'Shown only once; null in a replay' }),
})

export const apiKeyView = (apiKey: ApiKey) => ({ ...apiKey, scopes: [...apiKey.scopes] })

/** How many API keys a workspace may have. */
export const maximumApiKeys = 100

/** What a key may where its maker says nothing. */
export const defaultScopes: readonly Scope[] = ['workspace:read', 'usage:write']

/** What making or rotating a key with these scopes takes beyond managing keys: a key never may more than its maker. */
export const permissionToGive = (scopes: unknown): Permission | undefined =>
  Array.isArray(scopes) && scopes.includes('usage:read' satisfies Scope) ? 'readUsage' : undefined

/** The roles whose holders may make or rotate a key with these scopes. */
export const rolesThatGive = (scopes: readonly Scope[]): readonly Role[] => rolesThatMay(permissionToGive(scopes) ?? 'manageApiKeys')

/** How many secrets that were rotated away may be in their grace at once: far more than rotations ever race. Beyond it the oldest ends. */
const maximumFormer = 100

type Kept = Pick<ApiKey, 'hash' | 'prefix' | 'last4'>

/** A fresh secret for a key, and what is kept of it. */
export function newSecret(workspaceId: string, apiKeyId: string): { secret: string; kept: Kept } {
  const secret = newApiKeySecret({ workspaceId, apiKeyId })
  return { secret, kept: { hash: secretHash(secret), prefix: secret.slice(0, 12), last4: secret.slice(-4) } }
}

/** A key with a new secret. Every earlier one ends after the grace (seconds), or before where its own ends first; with a grace of 0, now. */
export function rotated(apiKey: ApiKey, { kept, graceSeconds, now }: { kept: Kept; graceSeconds: number; now: Date }): ApiKey {
  const end = later(now, graceSeconds)
  const former = [...(apiKey.former ?? []), { hash: apiKey.hash, until: end }]
    .map(({ hash, until }) => ({ hash, until: earlier(until, end) }))
    .filter(({ until }) => until > now.toISOString())
  return { ...apiKey, ...kept, former: former.slice(-maximumFormer) }
}

/** Whether a secret is good: the current one, or a former one in its grace, of a key that has not expired. */
export const isGood = ({ hash, former, expiresAt }: ApiKey, given: string, now: Date): boolean => {
  const at = now.toISOString()
  const isKnown = hash === given || (former?.some((old) => old.hash === given && old.until > at) ?? false)
  return isKnown && (expiresAt === null || expiresAt > at)
}
