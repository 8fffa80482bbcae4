import { createHash, randomBytes } from 'node:crypto'
import { base32, type InvitationPlace, idBody } from './ids.ts'

/** What is stored of a secret: its SHA-256 as hex. Secrets are random bits, so a plain hash is enough. */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** An invitation token: where the row is (2 × 26 characters), then 256 random bits in base64url. */
export const newInvitationToken = (place: InvitationPlace): string =>
  `${idBody(place.workspaceId)}${place.addressKey}${randomBytes(32).toString('base64url')}`

const invitationTokenPattern = /^[0-9a-hjkmnp-tv-z]{52}[\w-]{43}$/

/** Where the row of a token is; undefined if the text is no token. */
export const tokenPlace = (token: string): InvitationPlace | undefined =>
  invitationTokenPattern.test(token) ? { workspaceId: `ws_${token.slice(0, 26)}`, addressKey: token.slice(26, 52) } : undefined

/** Where the row of an API key is. */
export interface ApiKeyPlace {
  readonly workspaceId: string
  readonly apiKeyId: string
}

const checksum = (text: string): string => base32(createHash('sha256').update(text).digest().subarray(0, 5)).slice(0, 6)

/** An API key's secret: `atr_`, where the row is (2 × 26), 160 random bits (32), a checksum (6); letters and digits only. */
export function newApiKeySecret(place: ApiKeyPlace): string {
  const body = `atr_${idBody(place.workspaceId)}${idBody(place.apiKeyId)}${base32(randomBytes(20))}`
  return body + checksum(body)
}

const apiKeyPattern = /^atr_[0-9a-hjkmnp-tv-z]{90}$/

/** Where the row of a secret is; undefined if the text is malformed or mistyped, so that refusing it takes no read. */
export function apiKeyPlace(secret: string): ApiKeyPlace | undefined {
  const isWhole = apiKeyPattern.test(secret) && secret.slice(-6) === checksum(secret.slice(0, -6))
  return isWhole ? { workspaceId: `ws_${secret.slice(4, 30)}`, apiKeyId: `key_${secret.slice(30, 56)}` } : undefined
}
