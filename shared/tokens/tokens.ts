import { JwtVerifier } from 'aws-jwt-verify'
import { FetchError, JwksValidationError } from 'aws-jwt-verify/error'
import { SimpleFetcher } from 'aws-jwt-verify/https'
import type { Jwk } from 'aws-jwt-verify/jwk'
import * as z from 'zod/mini'
import { canonicalEmail } from '../domain/email.ts'
import { derivedId } from '../domain/ids.ts'
import type { Person } from '../domain/person.ts'
import { Refusal } from '../domain/refusals.ts'
import type { Settings } from '../settings.ts'
import { type Clocks, type Fetcher, IssuerKeys, type KeySet } from './issuer-keys.ts'
import { hashOf, isCurrent, type Known, KnownTokens } from './known-tokens.ts'

export interface Tokens {
  /** The person whose access token this is. Refuses `unauthenticated`; `unavailable` where the issuer's keys cannot be had. */
  verify(token: string): Promise<Person>
  /** Fetches the issuer's keys ahead of the first token; left out where tokens are not verified by keys. Throws where they cannot be had. */
  fetchKeys?(): Promise<unknown>
}

const claimsSchema = z.object({
  sub: z.string().check(z.minLength(1)),
  email: z.string().check(z.refine((email) => canonicalEmail(email) !== undefined)),
  email_verified: z._default(
    z.union([
      z.boolean(),
      z.pipe(
        z.enum(['true', 'false']),
        z.transform((text) => text === 'true'),
      ),
    ]),
    false,
  ),
  name: z.catch(z.optional(z.string()), undefined),
  /** NumericDate may have a fraction; a token that does not say when it was issued is older than any that does. */
  iat: z.pipe(z._default(z.number().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER)), 0), z.transform(Math.floor)),
  /** NumericDates too; a token that never expires is none. */
  exp: z.number(),
  nbf: z.optional(z.number()),
})

const isAccessToken = (header: { typ?: unknown }, payload: { token_use?: unknown }): boolean =>
  payload.token_use === undefined
    ? typeof header.typ === 'string' && /^(application\/)?at\+jwt$/i.test(header.typ)
    : payload.token_use === 'access'

const rejected = (cause?: unknown) =>
  new Refusal(
    'unauthenticated',
    'The access token is invalid, expired or not for this service. Sign in again and send the new token as a Bearer token.',
    {
      cause,
    },
  )

/** What tokens are opened with. `fetcher`: how the issuer's keys are fetched, over https where it is left out. */
interface Opening extends Partial<Clocks> {
  readonly settings: Settings
  readonly fetcher?: Fetcher
}

/**
 * Verifies access tokens of the configured issuer: signature, issuer, audience or client id, expiry, token use (RFC 9068, or Cognito's).
 * A token that was verified is known until it expires, the issuer's keys change, or they were fetched an hour ago.
 */
export function openTokens({ settings, fetcher = new SimpleFetcher(), clock = monotonic, now = ofTheDay }: Opening): Tokens {
  const keys = new IssuerKeys({ fetcher, clock, now, changed: (keySet) => begin(keySet) })
  const under = (keySet?: KeySet) => ({ keySet, verify: verifierOf(settings, keys), known: new KnownTokens() })
  let current = under()
  const begin = (keySet: KeySet) => {
    current = under(keySet)
  }
  return {
    fetchKeys: () => keys.getJwks(jwksUriOf(settings)),
    verify: async (token) => {
      const hash = hashOf(token)
      const known = keys.areOld ? undefined : current.known.find(hash, now() / 1_000)
      if (known) return known
      try {
        const { jwk, ...verified } = await current.verify(token)
        if (!isCurrent(verified, now() / 1_000)) throw rejected()
        if (current.keySet?.keys.includes(jwk)) current.known.add(hash, verified)
        return verified.person
      } catch (cause) {
        throw isAway(cause)
          ? new Refusal('unavailable', 'The sign-in service is not responding. Send the request again.', { retryAfter: 5, cause })
          : rejected(cause)
      }
    },
  }
}

const monotonic = () => performance.now()
const ofTheDay = () => Date.now()

/** As Cognito has it, where no setting says another. */
const jwksUriOf = ({ ISSUER, JWKS_URI }: Settings): string => JWKS_URI ?? `${ISSUER}/.well-known/jwks.json`

/** How a token is verified under one key set. A verifier keeps public keys by their id for good, so the next key set needs another one. */
function verifierOf(settings: Settings, jwksCache: IssuerKeys): (token: string) => Promise<Known & { readonly jwk: Jwk }> {
  const { ISSUER, AUDIENCE, CLIENT_ID, ISSUER_NAME } = settings
  const verifier = JwtVerifier.create({ issuer: ISSUER, jwksUri: jwksUriOf(settings), audience: AUDIENCE ?? null }, { jwksCache })
  return async (token) => {
    const seen: { jwk?: Jwk } = {}
    const customJwtCheck = ({ header, payload, jwk }: { header: object; payload: Record<string, unknown>; jwk: Jwk }) => {
      if (!isAccessToken(header, payload) || payload.client_id !== CLIENT_ID) throw rejected()
      seen.jwk = jwk
    }
    const { sub, email, email_verified, name, iat, exp, nbf } = claimsSchema.parse(await verifier.verify(token, { customJwtCheck }))
    if (!seen.jwk) throw rejected()
    const accountId = derivedId('acc', ISSUER_NAME ?? ISSUER, sub)
    return { person: Object.freeze({ accountId, email, emailVerified: email_verified, issuedAt: iat, name }), exp, nbf, jwk: seen.jwk }
  }
}

/** The issuer's keys could not be had, or are none; every other failure is the token's own. */
const isAway = (error: unknown): boolean => error instanceof FetchError || error instanceof JwksValidationError
