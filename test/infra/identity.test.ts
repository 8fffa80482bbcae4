import { beforeAll, expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { type Stage, stageOf } from '#infra/aws/stages.ts'
import { routesOf } from '#shared/http/operation.ts'
import { type Resource, type Synthesized, synthesized } from './synthesized.ts'

const identity: Stage['identity'] = {
  kind: 'openid',
  issuer: 'https://issuer.example.com',
  clientId: 'atrium',
  audience: 'https://api.example.com',
  jwksUri: 'https://issuer.example.com/keys',
  signInOrigins: ['https://login.example.com'],
}

let prod: Synthesized
let dev: Synthesized
let elsewhere: Synthesized
beforeAll(async () => {
  prod = await synthesized('prod')
  dev = await synthesized('dev')
  elsewhere = await synthesized({ ...stageOf('prod'), identity })
})

const only = (deployment: Synthesized, type: string): Resource => {
  const found = deployment.of(type)
  expect(found).toHaveLength(1)
  return found[0]!
}

const environments = (deployment: Synthesized, name: string) => {
  const functions = deployment.of('AWS::Lambda::Function')
  return new Set(
    functions
      .filter(({ properties }) => 'ISSUER' in properties.Environment.Variables)
      .map((fn) => fn.properties.Environment.Variables[name]),
  )
}

test('people may add a second factor by an app, never by text message, and get back in by their address', () => {
  const { properties } = only(prod, 'AWS::Cognito::UserPool')

  expect(properties).toMatchObject({ MfaConfiguration: 'OPTIONAL', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] })
  expect(properties.AccountRecoverySetting.RecoveryMechanisms).toEqual([{ Name: 'verified_email', Priority: 1 }])
})

test('an address changes only once the new one is verified, and a password must be long and mixed', () => {
  const { properties } = only(prod, 'AWS::Cognito::UserPool')

  expect(properties.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate).toEqual(['email'])
  expect(properties.UsernameConfiguration).toEqual({ CaseSensitive: false })
  expect(properties.Policies.PasswordPolicy).toMatchObject({
    MinimumLength: 12,
    RequireLowercase: true,
    RequireNumbers: true,
    RequireSymbols: true,
    RequireUppercase: true,
  })
})

test('anyone may sign up', () => {
  expect(only(prod, 'AWS::Cognito::UserPool').properties.AdminCreateUserConfig.AllowAdminCreateUserOnly).toBe(false)
})

test('the shipped stages need no sender that SES has verified: their pool’s e-mails come from Cognito', () => {
  for (const shipped of [prod, dev]) expect(only(shipped, 'AWS::Cognito::UserPool').properties.EmailConfiguration).toBeUndefined()
})

test('in the second step the same pool’s e-mails come from the stage’s own domain', async () => {
  const throughSes: Stage['identity'] = { kind: 'cognito', callbackUrls: [], mailThroughSes: true }
  const second = await synthesized({ ...stageOf('prod'), identity: throughSes })

  const pool = only(second, 'AWS::Cognito::UserPool')
  expect(pool.id).toBe(only(prod, 'AWS::Cognito::UserPool').id)
  expect(pool.properties.EmailConfiguration).toMatchObject({ EmailSendingAccount: 'DEVELOPER', From: 'no-reply@example.com' })
  expect(second.text(pool, pool.properties.EmailConfiguration.SourceArn)).toMatch(/:identity\/example\.com$/)
})

test('a pool of a stage that keeps no data is deleted with its stack', () => {
  const pool = only(dev, 'AWS::Cognito::UserPool')

  expect([pool.deletionPolicy, pool.properties.DeletionProtection]).toEqual(['Delete', 'INACTIVE'])
})

test('the sign-in pages are Cognito’s managed ones, in their default style', () => {
  expect(only(prod, 'AWS::Cognito::UserPoolDomain').properties.ManagedLoginVersion).toBe(2)
  expect(only(prod, 'AWS::Cognito::ManagedLoginBranding').properties.UseCognitoProvidedValues).toBe(true)
})

test('the client has no secret and uses only the code grant with PKCE; tokens can be revoked', () => {
  const { properties } = only(prod, 'AWS::Cognito::UserPoolClient')

  expect(properties).toMatchObject({
    GenerateSecret: false,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    SupportedIdentityProviders: ['COGNITO'],
    EnableTokenRevocation: true,
    PreventUserExistenceErrors: 'ENABLED',
    AccessTokenValidity: 60,
  })
  expect(properties.ExplicitAuthFlows ?? []).not.toContain('ALLOW_USER_PASSWORD_AUTH')
})

test('only the pool itself may call its trigger, which has five seconds', () => {
  const trigger = prod.of('AWS::Lambda::Function').find(({ properties }) => properties.Description.startsWith('preTokenGeneration: '))
  const [permission] = prod.of('AWS::Lambda::Permission').filter(({ properties }) => properties.Principal === 'cognito-idp.amazonaws.com')

  expect(trigger?.properties.Timeout).toBe(5)
  expect(prod.text(permission!, permission?.properties.SourceArn)).toMatch(/^<AWS::Cognito::UserPool \w+\.Arn>$/)
})

test('with an existing issuer no pool, client or trigger is created, and every function gets that issuer', () => {
  const cognito = elsewhere.resources.filter(({ type }) => type.startsWith('AWS::Cognito::'))

  expect(cognito).toEqual([])
  expect(elsewhere.of('AWS::Lambda::Permission').filter(({ properties }) => properties.Principal.startsWith('cognito'))).toEqual([])
  expect(environments(elsewhere, 'ISSUER')).toEqual(new Set(['https://issuer.example.com']))
  expect(environments(elsewhere, 'CLIENT_ID')).toEqual(new Set(['atrium']))
  expect(environments(elsewhere, 'AUDIENCE')).toEqual(new Set(['https://api.example.com']))
  expect(environments(elsewhere, 'JWKS_URI')).toEqual(new Set(['https://issuer.example.com/keys']))
  expect(environments(elsewhere, 'SIGN_IN_ORIGINS')).toEqual(new Set(['https://login.example.com']))
  expect(elsewhere.of('AWS::ApiGatewayV2::Route')).toHaveLength(operations.flatMap(routesOf).length + 1)
})
