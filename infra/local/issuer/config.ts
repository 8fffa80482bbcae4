import { randomUUID } from 'node:crypto'
import type { AccessToken, ClientCredentials, Configuration, JWK, KoaContextWithOIDC } from 'oidc-provider'
import type { People, Person } from './accounts.ts'
import { errorPage } from './page.ts'
import { memoryStore } from './store.ts'

/** The only client: public, like a browser application. */
export const clientId = 'atrium-local'

/**
 * The API's resource indicator. The audience in access tokens is the client id, so that `aud` and `client_id` can both be checked against
 * it.
 */
const resource = 'urn:atrium:api'

/** How long an access token lives, in seconds. */
const tokenSeconds = 3_600

const scope = 'openid email profile'

/** The API as the issuer knows it: its access tokens are signed JWTs (`typ: at+jwt`). */
const api = {
  scope,
  audience: clientId,
  accessTokenTTL: tokenSeconds,
  accessTokenFormat: 'jwt' as const,
  jwt: { sign: { alg: 'RS256' as const } },
}
export const apiInstance = { ...api, scopes: new Set(scope.split(' ')), identifier: () => resource }

/** What a token says about a person. */
export interface PersonClaims {
  readonly email: string
  readonly email_verified: boolean
  readonly name?: string
}

export const claimsOf = ({ email, name }: Person): PersonClaims => ({ email, email_verified: true, ...(name && { name }) })

/** Whether an address is on this machine. There, redirects may go to any path and port, and browser pages may request tokens. */
export function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, hash } = new URL(text)
  return protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname) && `${username}${password}${hash}` === ''
}

type ClaimsOfToken = (token: AccessToken | ClientCredentials) => PersonClaims | undefined

/** The issuer's configuration: authorization code with PKCE, no consent page, JWT access tokens that carry the person's claims. */
export function configuration(people: People, key: JWK, claimsOfToken: ClaimsOfToken): Configuration {
  return {
    adapter: memoryStore(),
    jwks: { keys: [key] },
    cookies: { keys: [randomUUID()], long: { signed: true }, short: { signed: true } },
    clients: [
      {
        client_id: clientId,
        application_type: 'web',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'password'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/'],
      },
    ],
    scopes: scope.split(' '),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    clientBasedCORS: (_, origin) => isLoopbackUrl(origin),
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => api,
      },
    },
    extraTokenClaims: (_, token) => ({ ...claimsOfToken(token), token_use: 'access' }),
    findAccount: (_, sub) => accountOf(people, sub),
    interactions: { url: (_, { uid }) => `/signin/${uid}` },
    loadExistingGrant: grantEverything,
    renderError: (ctx, { error, error_description }) => {
      ctx.type = 'html'
      ctx.body = errorPage(error_description ?? error)
    },
    ttl: { AccessToken: tokenSeconds, AuthorizationCode: 60, Grant: 86_400, IdToken: tokenSeconds, Interaction: 3_600, Session: 86_400 },
  }
}

function accountOf(people: People, sub: string) {
  const person = people.find(sub)
  return person && { accountId: sub, claims: () => ({ sub, ...claimsOf(person) }) }
}

/** Whoever signs in has granted everything: nobody is asked for consent. */
async function grantEverything(ctx: KoaContextWithOIDC) {
  const { provider, client, session } = ctx.oidc
  const accountId = session?.accountId
  if (!client || !accountId) return undefined
  const grant = new provider.Grant({ clientId: client.clientId, accountId })
  grant.addOIDCScope(scope)
  grant.addResourceScope(resource, scope)
  await grant.save()
  return grant
}
