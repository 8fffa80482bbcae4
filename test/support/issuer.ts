import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { readSettings } from '#shared/settings.ts'
import { openTokens } from '#shared/tokens/tokens.ts'
import { queueUrls } from './queue-urls.ts'

const ISSUER = 'https://issuer.example'
const CLIENT_ID = 'atrium-web'
const AUDIENCE = 'https://api.example'

/** How `token` should differ from a valid access token of Ann's; an undefined claim or header is omitted. */
export interface Forgery {
  readonly claims?: JWTPayload
  readonly header?: Partial<JWTHeaderParameters>
  /** A key other than the issuer's. */
  readonly key?: CryptoKey | Uint8Array
  /** Seconds until it expires. */
  readonly expiresIn?: number
}

const settingsWith = (settings: Record<string, string>) =>
  readSettings({
    TABLE_NAME: 'atrium',
    ISSUER,
    CLIENT_ID,
    APP_URL: 'https://app.example',
    MAIL_FROM: 'no-reply@app.example',
    ...queueUrls(),
    ...settings,
  })

/**
 * An OpenID Connect issuer in the test's process: real keys, real signatures, and a key set that is fetched without a network. `now` is the
 * time in milliseconds that has passed for the verifier, `ahead` how far its clock is ahead of the machine's.
 */
export async function openIssuer(settings: Record<string, string> = { AUDIENCE }) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'current', alg: 'RS256', use: 'sig' }
  const issuer = { now: 0, ahead: 0, fetches: 0, fetchError: undefined as Error | undefined, keySet: JSON.stringify({ keys: [jwk] }) }
  const fetcher = {
    fetch: async () => {
      issuer.fetches++
      if (issuer.fetchError) throw issuer.fetchError
      return new TextEncoder().encode(issuer.keySet).buffer as ArrayBuffer
    },
  }

  const token = ({ claims = {}, header = {}, key = privateKey, expiresIn = 300 }: Forgery = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    const person = { sub: 'ann', email: 'ann@example.com', email_verified: true, name: 'Ann' }
    const about = { iss: ISSUER, aud: AUDIENCE, client_id: CLIENT_ID, iat: now - 600, exp: now + expiresIn }
    return new SignJWT({ ...about, ...person, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'current', typ: 'at+jwt', ...header })
      .sign(key)
  }

  return Object.assign(issuer, {
    jwk,
    publicKey,
    token,
    tokens: openTokens({ settings: settingsWith(settings), fetcher, clock: () => issuer.now, now: () => Date.now() + issuer.ahead }),
  })
}
