import { decoded, type RouteTaken } from './http-event.ts'

/** A route of the API: an exact method, and a path whose `{name}` segments stand for any one segment that is not empty. */
export interface Route {
  readonly method: string
  /** `/v1/workspaces/{workspaceId}` */
  readonly path: string
}

interface Candidate<R> extends RouteTaken {
  readonly route: R
  /** `s` for a segment that is spelled out and `v` for a variable: in the alphabet's order the most specific comes first. */
  readonly shape: string
}

const variable = /^\{(\w+)\}$/

function match<R extends Route>(route: R, segments: readonly string[]): Candidate<R> | undefined {
  const wanted = route.path.split('/')
  if (wanted.length !== segments.length) return undefined
  const names = wanted.map((segment) => variable.exec(segment)?.[1])
  if (!wanted.every((segment, i) => (names[i] ? segments[i] !== '' : segment === segments[i]))) return undefined
  const pathParameters = Object.fromEntries(names.flatMap((name, i) => (name ? [[name, segments[i] ?? '']] : [])))
  return { route, routeKey: `${route.method} ${route.path}`, pathParameters, shape: names.map((name) => (name ? 'v' : 's')).join('') }
}

/**
 * The route that API Gateway's HTTP API takes for a request: exact method (HEAD is not GET), whole path (a trailing slash is another
 * path), a spelled-out segment before a variable. Undefined is `$default`. Takes the path as it was sent.
 */
export function findRoute<R extends Route>(routes: readonly R[], method: string, path: string): (RouteTaken & { route: R }) | undefined {
  const segments = path.split('/').map(decoded)
  return routes
    .filter((route) => route.method === method)
    .map((route) => match(route, segments))
    .filter((candidate) => candidate !== undefined)
    .sort((one, other) => (one.shape < other.shape ? -1 : 1))[0]
}
