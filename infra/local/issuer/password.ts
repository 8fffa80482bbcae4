import { randomUUID } from 'node:crypto'
import { type AccessToken, errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider'
import { isEmail, type People } from './accounts.ts'
import { apiInstance, claimsOf, type PersonClaims } from './config.ts'

const parameters = ['username', 'password', 'email_verified', 'name', 'scope'] as const
type Parameters = { readonly [name in (typeof parameters)[number]]?: string }

const refused = (detail: string) => new errors.InvalidRequest(detail)

/** What the password grant asks for. Throws `invalid_request` with the reason. */
function asked({ username, email_verified = 'true', name }: Parameters) {
  const email = username?.trim()
  if (!email) throw refused('username is missing: give an e-mail address (the password can be anything)')
  if (!isEmail(email)) throw refused('username must be an e-mail address (in a form body a + is written %2B)')
  if (!['true', 'false'].includes(email_verified)) throw refused('email_verified must be true or false')
  return { email, verified: email_verified === 'true', name: name?.trim() || undefined }
}

/**
 * Adds the password grant, for curl and tests: any e-mail address, any password. `email_verified=false` applies to this token only, a
 * `name` to this and later ones. The token's claims are put into `claims`, where `extraTokenClaims` finds them.
 */
export function addPasswordGrant(provider: Provider, people: People, claims: WeakMap<object, PersonClaims>): void {
  const handle = async (ctx: TokenEndpointGrantContext<Parameters>) => {
    const { email, verified, name } = asked(ctx.oidc.params)
    const person = people.signIn(email, name)
    const token = accessToken(provider, ctx, person.sub)
    claims.set(token, { ...claimsOf(person), email_verified: verified })
    ctx.oidc.entity('AccessToken', token)
    const access_token = await token.save()
    ctx.body = { access_token, token_type: token.tokenType, expires_in: token.expiration, scope: token.scope }
  }
  provider.registerGrantType<Parameters>('password', handle, parameters)
}

function accessToken(provider: Provider, { oidc }: TokenEndpointGrantContext<Parameters>, accountId: string): AccessToken {
  const { client } = oidc
  const token = new provider.AccessToken({ accountId, client, gty: 'password', scope: apiInstance.scope, grantId: randomUUID() })
  token.resourceServer = apiInstance
  return token
}
