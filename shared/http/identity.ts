import type { Person } from '../domain/person.ts'
import { Refusal } from '../domain/refusals.ts'
import { type ApiKeyPlace, apiKeyPlace, secretHash } from '../domain/secrets.ts'
import type { Tokens } from '../tokens/tokens.ts'
import { type HttpEvent, header } from './event.ts'

/** Who sent a request, before anything is read: a person by their token, or the holder of an API key of that form. */
export type Identity =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'apiKey'; readonly place: ApiKeyPlace; readonly hash: string }

export const badApiKey = (): Refusal =>
  new Refusal('unauthenticated', 'This API key is unknown, expired or revoked. Send a valid one as a Bearer token.')

/** Identifies who sent a request; refuses `unauthenticated`. A malformed API key is refused without a read. */
export async function identify(event: HttpEvent, tokens: Tokens): Promise<Identity> {
  const [, token] = /^Bearer +(\S+)$/i.exec(header(event, 'authorization') ?? '') ?? []
  if (!token) throw new Refusal('unauthenticated', 'Send an access token or an API key in the header "Authorization: Bearer …".')
  if (!token.startsWith('atr_')) return { kind: 'person', person: await tokens.verify(token) }
  const place = apiKeyPlace(token)
  if (!place) throw badApiKey()
  return { kind: 'apiKey', place, hash: secretHash(token) }
}
