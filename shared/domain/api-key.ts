import * as z from 'zod/mini'
import { Refusal } from './refusals.ts'
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
  /** Hashes of earlier secrets, each with the time until which it is valid. */
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

/** The one answer that shows the secret. */
export const secretShape = z.object({
  apiKey: apiKeyShape,
  secret: z.nullable(z.string()).register(z.globalRegistry, { description: 'Shown only once; null in a replay' }),
})

export const apiKeyView = (apiKey: ApiKey) => ({ ...apiKey, scopes: [...apiKey.scopes] })

/** How many API keys a workspace may have. */
export const maximumApiKeys = 100

/** The scopes of a key whose maker names none. */
export const defaultScopes: readonly Scope[] = ['workspace:read', 'usage:write']

/** The permission that making or rotating a key with these scopes takes, beyond managing keys: a key may never do more than its maker. */
export const permissionToGive = (scopes: unknown): Permission | undefined =>
  Array.isArray(scopes) && scopes.includes('usage:read' satisfies Scope) ? 'readUsage' : undefined

/** The roles whose holders may make or rotate a key with these scopes. */
export const rolesThatGive = (scopes: readonly Scope[]): readonly Role[] => rolesThatMay(permissionToGive(scopes) ?? 'manageApiKeys')

/** How many earlier secrets can be in their grace period at once: far more than rotations ever race. Beyond that the oldest ends. */
const maximumFormer = 100

type Kept = Pick<ApiKey, 'hash' | 'prefix' | 'last4'>

/** A fresh secret for a key, and what is stored of it. */
export function newSecret(workspaceId: string, apiKeyId: string): { secret: string; kept: Kept } {
  const secret = newApiKeySecret({ workspaceId, apiKeyId })
  return { secret, kept: { hash: secretHash(secret), prefix: secret.slice(0, 12), last4: secret.slice(-4) } }
}

/**
 * A key with a new secret. Every earlier secret expires at the end of the new grace period (seconds) or of its own, whichever comes first;
 * with a grace period of 0, now.
 */
export function rotated(apiKey: ApiKey, { kept, graceSeconds, now }: { kept: Kept; graceSeconds: number; now: Date }): ApiKey {
  const end = later(now, graceSeconds)
  const former = [...(apiKey.former ?? []), { hash: apiKey.hash, until: end }]
    .map(({ hash, until }) => ({ hash, until: earlier(until, end) }))
    .filter(({ until }) => until > now.toISOString())
  return { ...apiKey, ...kept, former: former.slice(-maximumFormer) }
}

// Stryker disable next-line ConditionalExpression: null is never <= a text in JavaScript; the compiler asks for the test.
const hasExpired = ({ expiresAt }: ApiKey, at: string): boolean => expiresAt !== null && expiresAt <= at

/** Refuses (400) a key that has expired: it keeps its expiry when it is rotated, so that its new secret would never work. */
export function requireUnexpired(apiKey: ApiKey, now: Date): void {
  if (!hasExpired(apiKey, now.toISOString())) return
  const detail = `This API key expired at ${apiKey.expiresAt}, and a new secret would not change that. Create a new key.`
  throw new Refusal('invalid_request', detail)
}

/** Whether a secret is valid: the current one, or a former one in its grace period, of a key that has not expired. */
export const isGood = (apiKey: ApiKey, given: string, now: Date): boolean => {
  const { hash, former } = apiKey
  const at = now.toISOString()
  const isKnown = hash === given || (former?.some((old) => old.hash === given && old.until > at) ?? false)
  return isKnown && !hasExpired(apiKey, at)
}
