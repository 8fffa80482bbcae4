import { beforeAll, expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { stageOf } from '#infra/aws/stages.ts'
import { corsFor } from '#infra/cors.ts'
import { createWorld, signUp, type World } from '#test/support/world.ts'
import { comparable, deployed, localGateway } from './both-gateways.ts'
import { type DeployedRoute, deployedRoutes, type Sent, takenRoute } from './deployed-api.ts'
import { type Synthesized, synthesized } from './synthesized.ts'

let deployment: Synthesized
let routes: readonly DeployedRoute[]
let world: World
let token: string
beforeAll(async () => {
  deployment = await synthesized('prod')
  routes = deployedRoutes(deployment)
  world = await createWorld()
  token = (await signUp(world, 'ann@example.com')).token
  return () => world.close()
})

/** A path of a route: every parameter has a value that needs decoding. */
const pathTo = (path: string): string => path.replace(/\{\w+\}/g, 'a%20%C3%BC%2Fb+c')

const json = ['content-type', 'application/json'] as const
const asAnn = () => ['authorization', `Bearer ${token}`] as const

/** Two requests for every operation: one that nobody lets in, one of Ann's that says nothing sensible. */
const everyRoute = (): Sent[] =>
  operations.flatMap(({ method, path }) => [
    { method, target: pathTo(path), headers: [] },
    { method, target: `${pathTo(path)}?limit=0&limit=x`, headers: [asAnn(), json], ...(method !== 'GET' && { body: '{"unknown":"ü"}' }) },
  ])

/** Requests beside the routes, and ones that are written in ways of their own. */
const special = (): Sent[] => [
  ...['/', '/v1', '/v1/', '/v1/me/', '//v1/me', '/V1/me', '/v1/nothing', '/v1/workspaces/', '/v1/workspaces//members'].map((target) => ({
    method: 'GET',
    target,
    headers: [asAnn()],
  })),
  { method: 'HEAD', target: '/v1/health', headers: [] },
  { method: 'HEAD', target: '/invitations', headers: [] },
  { method: 'OPTIONS', target: '/v1/me', headers: [] },
  { method: 'PATCH', target: '/v1/me', headers: [asAnn()] },
  { method: 'DELETE', target: '/v1/workspaces/ws_1/members/me', headers: [asAnn()] },
  { method: 'DELETE', target: '/v1/workspaces/ws_1/members/acc_1', headers: [asAnn()] },
  {
    method: 'GET',
    target: '/v1/me?a=1&a=2&b=%C3%BC+x&empty=&c',
    headers: [asAnn(), ['cookie', 'one=1; two=2'], ['X-Twice', '1'], ['x-twice', '2']],
  },
  { method: 'GET', target: '/v1/me?x=1?y=2', headers: [asAnn()] },
  { method: 'POST', target: '/v1/workspaces', headers: [asAnn(), json], body: '{"name":' },
  { method: 'POST', target: '/v1/workspaces', headers: [asAnn(), ['content-type', 'application/octet-stream']], body: '{"name":"Bytes"}' },
  { method: 'POST', target: '/v1/workspaces', headers: [asAnn()], body: '{"name":"Untyped"}' },
  {
    method: 'POST',
    target: '/v1/invitations/look-up',
    headers: [['Content-Type', 'application/json; charset=utf-8']],
    body: '{"token":"ü"}',
  },
]

test('the local gateway and the deployed one call the same function with the same event, and answer the same', async () => {
  const local = await localGateway(world.services)

  for (const sent of [...everyRoute(), ...special()]) {
    const here = await local(sent)
    const there = await deployed(world.services, routes, sent)

    const said = `${sent.method} ${sent.target}`
    expect(here.functionName, said).toBe(there.functionName)
    expect(comparable(here.event), said).toEqual(comparable(there.event))
    expect(here.status, said).toBe(there.status)
    if (sent.method !== 'HEAD') expect(here.body, said).toEqual(there.body)
  }
})

test('every operation is reached on its route, locally and deployed', async () => {
  const local = await localGateway(world.services)

  for (const { name, method, path } of operations) {
    const sent = { method, target: pathTo(path), headers: [] }
    expect([(await local(sent)).functionName, takenRoute(routes, sent).functionName]).toEqual([name, name])
  }
})

test('HEAD /invitations answers the page’s 200, locally and deployed', async () => {
  const local = await localGateway(world.services)
  const sent = { method: 'HEAD', target: '/invitations', headers: [] }

  for (const { functionName, status } of [await local(sent), await deployed(world.services, routes, sent)])
    expect([functionName, status]).toEqual(['invitationPage', 200])
})

test('a route that differs between the two is reported', async () => {
  const local = await localGateway(world.services)
  const renamed = routes.map((route) => ({ ...route, key: route.key.replace('/members', '/people') }))

  const differing = []
  for (const sent of everyRoute())
    if ((await local(sent)).functionName !== takenRoute(renamed, sent).functionName) differing.push(sent.target)

  expect(new Set(differing.map((target) => target.split('?')[0]))).toEqual(
    new Set(operations.filter(({ path }) => path.includes('/members')).map(({ path }) => pathTo(path))),
  )
})

test('both give browsers the same CORS answers', async () => {
  const [api] = deployment.of('AWS::ApiGatewayV2::Api')
  const { origins, methods, headers, exposed, maxAgeSeconds } = corsFor(stageOf('prod').appUrl ?? '')

  expect(api?.properties.CorsConfiguration).toEqual({
    AllowOrigins: origins,
    AllowMethods: methods,
    AllowHeaders: headers,
    ExposeHeaders: exposed,
    MaxAge: maxAgeSeconds,
  })
  expect(origins).toEqual(['https://app.example.com'])
})
