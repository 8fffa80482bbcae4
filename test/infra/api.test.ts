import { beforeAll, expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { type RouteClass, type Stage, stageOf } from '#infra/aws/stages.ts'
import { type Operation, routesOf } from '#shared/http/operation.ts'
import { type Resource, type Synthesized, synthesized } from './synthesized.ts'

const throttles = { open: { rate: 11, burst: 12 }, read: { rate: 21, burst: 22 }, write: { rate: 31, burst: 32 } }
const apiDomain = { name: 'api.example.com', certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/one' }

let prod: Synthesized
let named: Synthesized
beforeAll(async () => {
  prod = await synthesized('prod')
  named = await synthesized({ ...stageOf('prod'), throttles, apiDomain })
})

const only = (deployment: Synthesized, type: string): Resource => {
  const found = deployment.of(type)
  expect(found).toHaveLength(1)
  return found[0]!
}

const classOf = ({ access, method }: Operation): RouteClass => (access.kind === 'open' ? 'open' : method === 'GET' ? 'read' : 'write')

test('every route is throttled by its class: without a token, reading, or writing; unknown routes count as without a token', () => {
  const { DefaultRouteSettings, RouteSettings } = only(named, 'AWS::ApiGatewayV2::Stage').properties

  expect(Object.keys(RouteSettings)).toHaveLength(operations.flatMap(routesOf).length)
  for (const operation of operations) {
    const { rate, burst } = throttles[classOf(operation)]
    for (const { method, path } of routesOf(operation))
      expect(RouteSettings[`${method} ${path}`]).toMatchObject({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst })
  }
  expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 11, ThrottlingBurstLimit: 12 })
})

test('the routes exist before the stage that throttles them by name', () => {
  const { stack, id } = only(prod, 'AWS::ApiGatewayV2::Stage')
  const nested = prod.resources.filter((each) => each.stack === stack && each.type === 'AWS::CloudFormation::Stack')

  expect(prod.resources.find((each) => each.id === id)?.dependsOn).toEqual(expect.arrayContaining(nested.map((each) => each.id)))
})

test('every request is a line of JSON in a log with limited retention, with nothing about its sender or content', () => {
  const { AccessLogSettings } = only(prod, 'AWS::ApiGatewayV2::Stage').properties
  const line = JSON.parse(AccessLogSettings.Format) as Record<string, string>

  expect(Object.values(line).toSorted()).toEqual(
    [
      '$context.requestId',
      '$context.requestTimeEpoch',
      '$context.routeKey',
      '$context.status',
      '$context.responseLatency',
      '$context.integrationLatency',
      '$context.responseLength',
      '$context.error.message',
      '$context.integrationErrorMessage',
    ].toSorted(),
  )
  expect(prod.text(only(prod, 'AWS::ApiGatewayV2::Stage'), AccessLogSettings.DestinationArn)).toMatch(/^<AWS::Logs::LogGroup ApiAccessLog/)
})

const originsOf = (deployment: Synthesized): string[] | undefined =>
  only(deployment, 'AWS::ApiGatewayV2::Api').properties.CorsConfiguration?.AllowOrigins

test('the front ends of the stage may call, each from its origin, and no other; without one no origin may', async () => {
  const identity = { kind: 'openid', issuer: 'https://issuer.example.com', clientId: 'atrium' } as const
  const { appUrl: _, ...withoutApp } = stageOf('prod')
  const callbackUrls = ['https://app.example.com/', 'https://other.example.com/in', 'atrium://signed-in']
  const several: Stage = { ...stageOf('prod'), identity: { kind: 'cognito', callbackUrls, mailThroughSes: false } }

  expect(originsOf(prod)).toEqual(['https://app.example.com'])
  expect(originsOf(await synthesized('dev'))).toEqual(['http://localhost:5173'])
  expect(originsOf(await synthesized(several))).toEqual(['https://app.example.com', 'https://other.example.com'])
  expect(originsOf(await synthesized({ ...withoutApp, identity }))).toBeUndefined()
})

test('an API with a custom domain name is reached by that name only', () => {
  const name = only(named, 'AWS::ApiGatewayV2::DomainName').properties
  const mapping = only(named, 'AWS::ApiGatewayV2::ApiMapping').properties
  const client = only(named, 'AWS::Cognito::UserPoolClient').properties

  expect(name.DomainName).toBe('api.example.com')
  expect(name.DomainNameConfigurations).toMatchObject([{ CertificateArn: apiDomain.certificateArn, EndpointType: 'REGIONAL' }])
  expect(mapping.ApiMappingKey).toBeUndefined()
  expect(only(named, 'AWS::ApiGatewayV2::Api').properties.DisableExecuteApiEndpoint).toBe(true)
  expect(client.CallbackURLs).toContain('https://api.example.com/invitations')
  expect(prod.of('AWS::ApiGatewayV2::DomainName')).toEqual([])
})
