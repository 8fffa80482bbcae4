import { Duration } from 'aws-cdk-lib'
import { CfnManagedLoginBranding, OAuthScope, UserPoolClient, UserPoolClientIdentityProvider } from 'aws-cdk-lib/aws-cognito'
import { Construct } from 'constructs'
import type { SignIn } from '../environment.ts'
import type { Stage } from '../stages.ts'
import type { Identity } from './identity.ts'

/**
 * The user pool's client: public, with PKCE, as browsers and phones need. It is defined with the API rather than with the pool, because it
 * must know the address of the invitation page, which the API serves.
 */
export class SignInClient extends Construct implements SignIn {
  readonly issuer: string
  readonly clientId: string
  readonly environment: SignIn['environment']

  constructor(scope: Construct, id: string, { identity, pages }: { identity: Identity; pages: readonly string[] }) {
    super(scope, id)
    const { userPoolClientId } = new UserPoolClient(this, 'Client', {
      userPool: identity.pool,
      generateSecret: false,
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [...pages],
        logoutUrls: [...pages],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
    })
    new CfnManagedLoginBranding(this, 'Pages', {
      userPoolId: identity.pool.userPoolId,
      clientId: userPoolClientId,
      useCognitoProvidedValues: true,
    })
    this.issuer = identity.pool.userPoolProviderUrl
    this.clientId = userPoolClientId
    this.environment = { SIGN_IN_ORIGINS: identity.domain.baseUrl() }
  }
}

/** An existing OpenID Connect issuer. */
export const existingIssuer = ({
  issuer,
  clientId,
  audience,
  jwksUri,
  signInOrigins = [],
}: Extract<Stage['identity'], { kind: 'openid' }>): SignIn => ({
  issuer,
  clientId,
  environment: {
    SIGN_IN_ORIGINS: signInOrigins.join(' '),
    ...(audience && { AUDIENCE: audience }),
    ...(jwksUri && { JWKS_URI: jwksUri }),
  },
})
