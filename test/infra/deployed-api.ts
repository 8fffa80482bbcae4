import { functionNameOf, type Resource, type Synthesized } from './synthesized.ts'

/** A route as API Gateway gets it, and the function that it leads to. */
export interface DeployedRoute {
  /** `GET /v1/me`, `$default` */
  readonly key: string
  readonly functionName: string
}

const found = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`There is no ${what}`)
  return value
}

/** The routes of a synthesized deployment: route → integration → function, as the templates have it. */
export function deployedRoutes(deployment: Synthesized): DeployedRoute[] {
  const inStack = (stack: string, text: string): Resource => {
    const [, id] = /^<\S+ (\w+)(?:\.Arn)?>$/.exec(text) ?? []
    return found(
      deployment.resources.find((each) => each.stack === stack && each.id === id),
      `resource ${text} in ${stack}`,
    )
  }
  return deployment.of('AWS::ApiGatewayV2::Route').map((route) => {
    const target = deployment.text(route, route.properties.Target).replace(/^integrations\//, '')
    const integration = inStack(route.stack, target)
    if (integration.properties.PayloadFormatVersion !== '2.0') throw new Error(`${route.properties.RouteKey} has another event than 2.0`)
    const lambda = inStack(route.stack, deployment.text(integration, integration.properties.IntegrationUri))
    return { key: route.properties.RouteKey, functionName: functionNameOf(lambda) }
  })
}

/** A request as it is sent: the target is path and query string, headers come in their order and number. */
export interface Sent {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Uint8Array
}

interface Match {
  readonly key: string
  readonly functionName: string
  readonly pathParameters: Readonly<Record<string, string>>
}

/** `/v1/members/{accountId}` → an expression with a group for each parameter; `{proxy+}` takes the rest of a path. */
const expressionOf = (path: string): RegExp =>
  new RegExp(
    `^${path.replace(/[.*?^$|()[\]\\]/g, '\\$&').replace(/\{(\w+)(\+?)\}/g, (_, name, greedy) => `(?<${name}>${greedy ? '.+' : '[^/]+'})`)}$`,
  )

/** Spelled out before parameters, from the left; a greedy parameter last. */
const rank = (key: string): string => key.replace(/\{\w+\+\}/g, '~').replace(/\{\w+\}/g, '}')

/**
 * Which route API Gateway's HTTP API takes: method (or ANY) and whole path, the most specific first, `$default` for everything else.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function takenRoute(routes: readonly DeployedRoute[], { method, target }: Sent): Match {
  const [path = ''] = target.split('?')
  const matches = routes.flatMap((route): Match[] => {
    const [wanted, pattern = ''] = route.key.split(' ')
    const groups = wanted === method || wanted === 'ANY' ? expressionOf(pattern).exec(path) : null
    if (!groups) return []
    const parameters = Object.entries(groups.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)])
    return [{ ...route, pathParameters: Object.fromEntries(parameters) }]
  })
  const [best] = matches.sort((one, other) => (rank(one.key) < rank(other.key) ? -1 : 1))
  const otherwise = routes.find(({ key }) => key === '$default')
  return best ?? { ...found(otherwise, '$default'), pathParameters: {} }
}

const commaJoined = (pairs: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries([...Map.groupBy(pairs, ([name]) => name)].map(([name, all]) => [name, all.map(([, value]) => value).join(',')]))

const isText = (type = ''): boolean => /^(text\/|application\/(json|javascript|xml)|application\/[\w.-]+\+json)/i.test(type)

/**
 * The event (payload 2.0) that API Gateway makes of a request on a route, as far as it follows from both.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function deployedEvent({ method, target, headers, body }: Sent, { key, pathParameters }: Match) {
  const [path = '', query] = target.split(/\?(.*)/s)
  const named = headers.map(([name, value]) => [name.toLowerCase(), value] as const)
  const cookies = named.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split('; '))
  const plain = commaJoined(named.filter(([name]) => name !== 'cookie'))
  const bytes = Buffer.from(body ?? '')
  const text = isText(plain['content-type'])
  const rawPath = decodeURIComponent(path)
  return {
    version: '2.0',
    routeKey: key,
    rawPath,
    rawQueryString: query ?? '',
    headers: plain,
    ...(cookies.length > 0 && { cookies }),
    ...(query && { queryStringParameters: commaJoined(new URLSearchParams(query)) }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...(bytes.length > 0 && { body: bytes.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: bytes.length > 0 && !text,
    requestContext: { routeKey: key, stage: '$default', http: { method, path: rawPath } },
  }
}
