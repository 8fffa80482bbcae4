import { isUtf8 } from 'node:buffer'
import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

/** Which route a request took: its key (`GET /v1/me`, `$default`) and the decoded values of its `{parameters}`. */
export interface RouteTaken {
  readonly routeKey: string
  readonly pathParameters: Readonly<Record<string, string>>
}

/** The content types whose bodies arrive as text where they are UTF-8; every other body, one without a type too, arrives in base64. */
const textual = /^(text\/|application\/(json|javascript|xml)\b|application\/[^;]+\+json\b)/i

/** Joins what came more than once under one name by commas, in the order of arrival, as payload format 2.0 does. */
function joined(pairs: Iterable<readonly [string, string]>): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of pairs) values.set(name, values.has(name) ? `${values.get(name)},${value}` : value)
  return Object.fromEntries(values)
}

function headerPairs(request: IncomingMessage): [string, string][] {
  const { rawHeaders } = request
  return Array.from({ length: rawHeaders.length / 2 }, (_, i) => [rawHeaders[2 * i]?.toLowerCase() ?? '', rawHeaders[2 * i + 1] ?? ''])
}

/** `12/Mar/2020:19:03:58 +0000`, as the request's time is written in the event. */
function clfTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ')
  return `${day}/${month}/${year}:${clock} +0000`
}

/** What API Gateway puts beside the client's own headers. */
const forwarded = (request: IncomingMessage): [string, string][] => [
  ['x-amzn-trace-id', `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`],
  ['x-forwarded-for', request.socket.remoteAddress ?? ''],
  ['x-forwarded-port', String(request.socket.localPort ?? '')],
  ['x-forwarded-proto', 'http'],
]

/** A part of a path without its escapes, or as it is where one is malformed. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** A path and a query string, apart and as they were sent. */
export function splitTarget(target: string): { path: string; query: string } {
  const [path = '', ...query] = target.split('?')
  return { path, query: query.join('?') }
}

/**
 * An HTTP request as the event that API Gateway's HTTP API hands to a function (payload format 2.0).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * `rawPath` and path parameters arrive decoded, `rawQueryString` does not. A malformed escape stays as it was sent.
 */
export function toEvent(request: IncomingMessage, body: Buffer, route: RouteTaken): APIGatewayProxyEventV2 {
  const { path, query } = splitTarget(request.url ?? '/')
  const pairs = headerPairs(request)
  const headers = joined([...pairs.filter(([name]) => name !== 'cookie'), ...forwarded(request)])
  const cookies = pairs.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split(/;\s*/))
  const parameters = joined(new URLSearchParams(query))
  const isText = textual.test(headers['content-type'] ?? '') && isUtf8(body)
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: decoded(path),
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query !== '' && { queryStringParameters: parameters }),
    requestContext: requestContext(request, headers, route),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    ...(Object.keys(route.pathParameters).length > 0 && { pathParameters: route.pathParameters }),
    isBase64Encoded: body.length > 0 && !isText,
  }
}

function requestContext(request: IncomingMessage, headers: Record<string, string>, { routeKey }: RouteTaken) {
  const now = new Date()
  return {
    accountId: '000000000000',
    apiId: 'local',
    domainName: headers.host ?? '',
    domainPrefix: 'local',
    http: {
      method: request.method ?? '',
      path: decoded(splitTarget(request.url ?? '/').path),
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: headers['user-agent'] ?? '',
    },
    requestId: randomUUID(),
    routeKey,
    stage: '$default',
    time: clfTime(now),
    timeEpoch: now.getTime(),
  }
}

/**
 * Answers with what a function returned, as API Gateway does: a result without `statusCode` is the JSON body of a 200. Headers that are
 * set on the response already stay; a result that is no HTTP answer throws.
 */
export function sendResult(response: ServerResponse, result: unknown): void {
  const answer = hasStatus(result)
    ? result
    : { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(result) }
  const body = Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8')
  const own = Object.entries(answer.headers ?? {}).filter(([name]) => !name.toLowerCase().startsWith('access-control-'))
  for (const [name, value] of own) response.setHeader(name, String(value))
  if (answer.cookies?.length) response.setHeader('set-cookie', answer.cookies)
  if (body.length > 0 && !response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain;charset=UTF-8')
  if (answer.statusCode !== 204) response.setHeader('content-length', body.length)
  response.writeHead(Number(answer.statusCode)).end(body)
}

const hasStatus = (result: unknown): result is APIGatewayProxyStructuredResultV2 & { statusCode: number } =>
  typeof result === 'object' && result !== null && 'statusCode' in result
