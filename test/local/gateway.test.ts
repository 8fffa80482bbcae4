import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { expect, onTestFinished, test, vi } from 'vitest'
import { corsFor } from '#infra/cors.ts'
import { type FunctionRoute, gateway, type HttpFunction } from '#infra/local/gateway/gateway.ts'
import { findRoute } from '#infra/local/gateway/routes.ts'
import { close, listen } from '#infra/local/ports.ts'

const echo: HttpFunction = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(event),
})

const route = (method: string, path: string, handler: HttpFunction = echo): FunctionRoute => ({
  name: 'test',
  seconds: 900,
  method,
  path,
  handler,
})

async function serve(...routes: FunctionRoute[]): Promise<string> {
  const handle = gateway({ routes, fallback: echo, cors: corsFor('https://app.example.com/somewhere') })
  const server = createServer((request, response) => void handle(request, response))
  onTestFinished(() => close(server, 100))
  return `http://127.0.0.1:${await listen(server)}`
}

const eventOf = async (response: Response) => (await response.json()) as APIGatewayProxyEventV2

/** Sends a request as it is written, headers in their number and order. */
function send(url: string, headers: string[], { method = 'POST', body = '' } = {}): Promise<APIGatewayProxyEventV2> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(JSON.parse(text)))
    })
    request.on('error', reject).end(body)
  })
}

// The example of https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html (format 2.0),
// without what only a deployed API has (authorizers, client certificates, stage variables).
test('a request becomes the event of the documented example', async () => {
  const url = await serve()
  const { host } = new URL(url)
  const headers = [
    'host',
    host,
    'Header1',
    'value1',
    'Header2',
    'value1',
    'Header2',
    'value2',
    'Cookie',
    'cookie1; cookie2',
    'User-Agent',
    'agent',
  ]
  const target = `${url}/my/path?parameter1=value1&parameter1=value2&parameter2=value`

  const event = await send(target, [...headers, 'Content-Type', 'text/plain', 'Content-Length', '17'], { body: 'Hello from Lambda' })

  expect(event).toMatchObject({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/my/path',
    rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
    cookies: ['cookie1', 'cookie2'],
    headers: { header1: 'value1', header2: 'value1,value2' },
    queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
    requestContext: {
      accountId: expect.stringMatching(/^\d{12}$/),
      apiId: expect.any(String),
      domainName: host,
      domainPrefix: expect.any(String),
      http: { method: 'POST', path: '/my/path', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'agent' },
      requestId: expect.any(String),
      routeKey: '$default',
      stage: '$default',
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    },
    body: 'Hello from Lambda',
    isBase64Encoded: false,
  })
  expect(event.headers).not.toHaveProperty('cookie')
  expect(event).not.toHaveProperty('pathParameters')
})

test('paths and path parameters arrive decoded, the query raw and decoded', async () => {
  const url = await serve(route('GET', '/v1/things/{thingId}'))

  const event = await eventOf(await fetch(`${url}/v1/things/a%20%C3%BC%2Fb?q=%C3%BC+x&empty=&q=%26`))

  expect(event).toMatchObject({
    routeKey: 'GET /v1/things/{thingId}',
    rawPath: '/v1/things/a ü/b',
    pathParameters: { thingId: 'a ü/b' },
    rawQueryString: 'q=%C3%BC+x&empty=&q=%26',
    queryStringParameters: { q: 'ü x,&', empty: '' },
  })
})

test('the event contains nothing that was not sent', async () => {
  const url = await serve()

  const event = await eventOf(await fetch(`${url}/`))

  for (const absent of ['body', 'cookies', 'queryStringParameters', 'pathParameters']) expect(event).not.toHaveProperty(absent)
  expect(event).toMatchObject({ rawQueryString: '', isBase64Encoded: false })
})

test.for(['application/octet-stream', 'application/x-www-form-urlencoded', ''])('a body of type "%s" arrives in base64', async (type) => {
  const url = await serve()
  const bytes = new Uint8Array([0, 255, 1, 254])

  const event = await eventOf(await fetch(url, { method: 'POST', body: bytes, headers: type ? { 'content-type': type } : {} }))

  expect(event).toMatchObject({ body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true })
})

test.for(['application/json; charset=utf-8', 'text/plain', 'application/merge-patch+json'])(
  'a body of type "%s" arrives as text',
  async (type) => {
    const url = await serve()

    const event = await eventOf(await fetch(url, { method: 'POST', body: '{"name":"ü"}', headers: { 'content-type': type } }))

    expect(event).toMatchObject({ body: '{"name":"ü"}', isBase64Encoded: false })
  },
)

test.for([
  ['GET', '/v1/workspaces/ws_1/members/me', undefined],
  ['DELETE', '/v1/workspaces/ws_1/members/me', 'DELETE /v1/workspaces/{workspaceId}/members/me'],
  ['DELETE', '/v1/workspaces/ws_1/members/acc_1', 'DELETE /v1/workspaces/{workspaceId}/members/{accountId}'],
  ['GET', '/v1/workspaces', 'GET /v1/workspaces'],
  ['HEAD', '/v1/workspaces', undefined],
  ['GET', '/v1/workspaces/', undefined],
  ['GET', '/v1/workspaces/ws_1/members/', undefined],
  ['GET', '/V1/workspaces', undefined],
  ['GET', '/v1/workspaces/ws_1/nothing', undefined],
  ['POST', '/v1/workspaces', undefined],
] as const)('%s %s goes to %s', ([method, path, key]) => {
  const paths = [
    'DELETE /v1/workspaces/{workspaceId}/members/{accountId}',
    'DELETE /v1/workspaces/{workspaceId}/members/me',
    'GET /v1/workspaces',
  ]
  const routes = paths.map((text) => ({ method: text.split(' ')[0] ?? '', path: text.split(' ')[1] ?? '' }))

  expect(findRoute(routes, method, path)?.routeKey).toBe(key)
})

test('an answer keeps status, headers, cookies and binary bodies', async () => {
  const bytes = Buffer.from([0, 255, 1])
  const headers = { 'x-number': 7, 'content-type': 'image/png', 'access-control-allow-origin': '*' }
  const handler = async () => ({ statusCode: 201, headers, cookies: ['a=1', 'b=2'], body: bytes.toString('base64'), isBase64Encoded: true })
  const url = await serve(route('GET', '/', handler))

  const response = await fetch(url)

  expect([response.status, response.headers.get('x-number'), response.headers.get('content-type')]).toEqual([201, '7', 'image/png'])
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(response.headers.has('access-control-allow-origin')).toBe(false)
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
})

test('a result without a status is the JSON body of a 200', async () => {
  const url = await serve(route('GET', '/', async () => ({ message: 'Hello' })))

  const response = await fetch(url)

  expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
    200,
    'application/json',
    { message: 'Hello' },
  ])
})

test('a function that throws, or returns an invalid result, gives the gateway’s 500', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const failing = route('GET', '/fails', () => Promise.reject(new Error('secret')))
  const url = await serve(
    failing,
    route('GET', '/bad', async () => ({ statusCode: 200, headers: { bad: 'line\nbreak' } })),
  )

  for (const path of ['/fails', '/bad']) {
    const response = await fetch(url + path)
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }])
  }
})

test('a body over 10 MB gives the gateway’s 413; a malformed escape or a body that is not UTF-8 is left to the function', async () => {
  const url = await serve()

  const large = await fetch(url, { method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1) })
  const malformed = await fetch(`${url}/%zz`)

  expect([large.status, await large.json()]).toEqual([413, { message: 'Request Entity Too Large' }])
  const binary = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: new Uint8Array([0xff]) })

  expect(await eventOf(malformed)).toMatchObject({ routeKey: '$default', rawPath: '/%zz' })
  expect(await eventOf(binary)).toMatchObject({ isBase64Encoded: true, body: '/w==' })
})

test('the front end of APP_URL may call, by preflight and answer; another origin may not', async () => {
  const url = await serve()
  const preflight = (origin: string) => {
    const headers = { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization' }
    return fetch(url, { method: 'OPTIONS', headers })
  }

  const allowed = await preflight('https://app.example.com')
  const refused = await preflight('https://evil.example.com')
  const answer = await fetch(url, { headers: { origin: 'https://app.example.com' } })

  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example.com'])
  expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH')
  expect(allowed.headers.get('access-control-allow-headers')).toContain('authorization')
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([204, null])
  expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id')
})

test('clients that disconnect while sending or waiting harm nobody else', async () => {
  let calls = 0
  const [begun, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = async () => {
    calls++
    begun.resolve()
    await left.promise
    return { statusCode: 200, body: 'late' }
  }
  const url = await serve(route('GET', '/slow', slow))
  const port = Number(new URL(url).port)

  for (const [text, isHeard] of [
    ['POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nonly'],
    ['GET /slow HTTP/1.1\r\nhost: x\r\n\r\n', begun.promise],
    ['no HTTP at all\r\n\r\n'],
  ] as const) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise((sent) => socket.write(text, sent))
    await isHeard
    const closed = once(socket, 'close')
    socket.destroy()
    await closed
  }
  left.resolve()

  expect(calls).toBe(1)
  expect((await fetch(url)).status).toBe(200)
})

test('a function gets its remaining time and its name', async () => {
  const handler: HttpFunction = async (_, context) => ({ left: context.getRemainingTimeInMillis(), name: context.functionName })
  const url = await serve(route('GET', '/', handler))

  const { left, name } = (await (await fetch(url)).json()) as { left: number; name: string }

  expect([left > 600_000 && left <= 900_000, name]).toEqual([true, 'test'])
})
