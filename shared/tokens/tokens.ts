import { JwtVerifier } from 'aws-jwt-verify'
import { FetchError, JwksValidationError } from 'aws-jwt-verify/error'
import { SimpleFetcher } from 'aws-jwt-verify/https'
import { type PenaltyBox, SimpleJwksCache } from 'aws-jwt-verify/jwk'
import * as z from 'zod/mini'
import { canonicalEmail } from '../domain/email.ts'
import { derivedId } from '../domain/ids.ts'
import type { Person } from '../domain/person.ts'
import { Refusal } from '../domain/refusals.ts'
import type { Settings } from '../settings.ts'

/** How the issuer's keys are fetched. */
type Fetcher = { fetch(uri: string): Promise<ArrayBuffer> }

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

/** What tokens are opened with. `fetcher`: how the issuer's keys are had, over https where it is left out. */
interface Opening {
  readonly settings: Settings
  readonly fetcher?: Fetcher
  /** Milliseconds, from any origin. */
  readonly clock?: () => number
}

/** Verifies access tokens of the configured issuer: signature, issuer, audience or client id, expiry, token use (RFC 9068, or Cognito's). */
export function openTokens({ settings, fetcher = new SimpleFetcher(), clock = () => performance.now() }: Opening): Tokens {
  const { ISSUER, JWKS_URI, AUDIENCE, CLIENT_ID, ISSUER_NAME } = settings
  const keys = { issuer: ISSUER, jwksUri: JWKS_URI ?? `${ISSUER}/.well-known/jwks.json`, audience: AUDIENCE ?? null }
  const jwksCache = new SimpleJwksCache({ fetcher: heldBack(fetcher, clock), penaltyBox: noPenalty })
  const verifier = JwtVerifier.create(keys, { jwksCache })
  return {
    fetchKeys: () => jwksCache.getJwks(keys.jwksUri),
    verify: async (token) => {
      try {
        const customJwtCheck = ({ header, payload }: { header: object; payload: Record<string, unknown> }) => {
          if (!isAccessToken(header, payload) || payload.client_id !== CLIENT_ID || typeof payload.exp !== 'number') throw rejected()
        }
        const { sub, email, email_verified, name, iat } = claimsSchema.parse(await verifier.verify(token, { customJwtCheck }))
        return { accountId: derivedId('acc', ISSUER_NAME ?? ISSUER, sub), email, emailVerified: email_verified, issuedAt: iat, name }
      } catch (cause) {
        throw isAway(cause)
          ? new Refusal('unavailable', 'The sign-in service is not responding. Send the request again.', { retryAfter: 5, cause })
          : rejected(cause)
      }
    },
  }
}

/** How often the issuer's keys are fetched: so many times at once, and once more after so many milliseconds each. */
const fetchesAtOnce = 10
const fetchIntervalMs = 5_000

/**
 * Keys are fetched again for a token that names one that is not known yet: the issuer may have made it since. As anybody can name one that
 * never was, fetches are limited, in a process. Who names an unknown one while they are used up may be right, so that is no refusal: the
 * next fetch decides. Who names a known one needs none.
 */
function heldBack(fetcher: Fetcher, clock: () => number): Fetcher {
  let left = fetchesAtOnce
  let since = clock()
  return {
    fetch: async (uri) => {
      const grown = Math.floor((clock() - since) / fetchIntervalMs)
      left = Math.min(fetchesAtOnce, left + grown)
      since = left === fetchesAtOnce ? clock() : since + grown * fetchIntervalMs
      if (left === 0) throw new FetchError(uri, 'The signing keys were fetched too often')
      left--
      return fetcher.fetch(uri)
    },
  }
}

/** The library's own would refuse (401) whoever comes with a new key within ten seconds of somebody who named one that is none. */
const noPenalty: PenaltyBox = {
  wait: async () => {},
  registerFailedAttempt: () => {},
  registerSuccessfulAttempt: () => {},
}

/** The issuer's keys could not be had, or are none; every other failure is the token's own. */
const isAway = (error: unknown): boolean => error instanceof FetchError || error instanceof JwksValidationError
