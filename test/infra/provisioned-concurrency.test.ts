import { expect, test } from 'vitest'
import { stageOf } from '#infra/aws/stages.ts'
import { functionNameOf, type Resource, type Synthesized, synthesized } from './synthesized.ts'

const routed = (stack: Synthesized, routeKey: string): string => {
  const route = stack.of('AWS::ApiGatewayV2::Route').find(({ properties }) => properties.RouteKey === routeKey)!
  const [, integrationId] = /Integration (\w+)/.exec(stack.text(route, route.properties.Target)) ?? []
  const integration = stack.of('AWS::ApiGatewayV2::Integration').find(({ id }) => id === integrationId)!
  return stack.text(integration, integration.properties.IntegrationUri)
}

const permittedTo = (stack: Synthesized): string[] =>
  stack
    .of('AWS::Lambda::Permission')
    .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com')
    .map((permission) => stack.text(permission, permission.properties.FunctionName))

const functionOf = (stack: Synthesized, name: string): Resource =>
  stack.of('AWS::Lambda::Function').find((each) => functionNameOf(each) === name)!

test('an operation that a stage names gets provisioned concurrency, behind an alias that its routes call', async () => {
  const stack = await synthesized({ ...stageOf('prod'), provisionedConcurrency: { acceptInvitation: 3 } })

  const [alias, ...others] = stack.of('AWS::Lambda::Alias')
  const lambda = functionOf(stack, 'acceptInvitation')
  expect(others).toEqual([])
  expect(alias?.properties).toMatchObject({
    Name: 'started-ahead',
    ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 3 },
  })
  expect(stack.text(alias!, alias!.properties.FunctionName)).toContain(lambda.id)
  const called = routed(stack, 'POST /v1/invitations/accept')
  expect(called).toContain(alias!.id)
  expect(permittedTo(stack).filter((target) => target.includes(alias!.id))).toEqual([called])
  expect(permittedTo(stack).filter((target) => target.includes(lambda.id))).toEqual([])
})

test('a stage without provisioned concurrency has neither versions nor aliases', async () => {
  const stack = await synthesized('prod')

  expect([...stack.of('AWS::Lambda::Alias'), ...stack.of('AWS::Lambda::Version')]).toEqual([])
  expect(routed(stack, 'POST /v1/invitations/accept')).toContain(functionOf(stack, 'acceptInvitation').id)
})

test('an unknown operation name is refused', async () => {
  const misspelt = synthesized({ ...stageOf('prod'), provisionedConcurrency: { acceptInvitations: 1 } })

  await expect(misspelt).rejects.toThrow('provisionedConcurrency of the stage prod names no operation: acceptInvitations')
})
