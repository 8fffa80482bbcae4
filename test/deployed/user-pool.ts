import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Answer } from './gate.ts'

/** What the trigger may change of an access token. */
interface Override {
  readonly response?: {
    readonly claimsAndScopeOverrideDetails?: {
      readonly accessTokenGeneration?: { readonly claimsToAddOrOverride?: Record<string, unknown> }
    }
  }
}

/** The signing part of a Cognito user pool: its keys, and access tokens as it issues them, which contain no e-mail address by default. */
export async function openUserPool({ issuer, clientId }: { issuer: string; clientId: string }) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const kid = randomUUID()
  const keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] })
  return {
    serve: ({ path }: { path: string }): Answer =>
      path === `${new URL(issuer).pathname}/.well-known/jwks.json` ? { status: 200, body: keySet } : { status: 404, body: '' },
    /** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html */
    token: (sub: string, answered: Override, now: Date): Promise<string> => {
      const seconds = Math.floor(now.getTime() / 1_000)
      const added = answered.response?.claimsAndScopeOverrideDetails?.accessTokenGeneration?.claimsToAddOrOverride
      const own = {
        sub,
        iss: issuer,
        version: 2,
        client_id: clientId,
        origin_jti: randomUUID(),
        event_id: randomUUID(),
        token_use: 'access',
      }
      const rest = {
        scope: 'openid profile email',
        auth_time: seconds,
        iat: seconds,
        exp: seconds + 3_600,
        jti: randomUUID(),
        username: sub,
      }
      return new SignJWT({ ...own, ...rest, ...added }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey)
    },
  }
}
