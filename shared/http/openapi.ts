import * as z from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { type RefusalCode, refusals } from '../domain/refusals.ts'
import { rolesThatMay, scopeFor } from '../domain/roles.ts'
import { type Access, type Operation, routesOf } from './operation.ts'
import { refusalsOf, successesOf } from './refusing.ts'
import { statuses } from './statuses.ts'

/** What the document says of the service as a whole. */
interface About {
  readonly title: string
  readonly version: string
  readonly description: string
}

/** The OpenAPI 3.1 document of a list of operations. Everything in it follows from their declarations, so that it cannot drift. */
export const openApiDocument = (operations: readonly Operation[], about: About) =>
  createDocument({
    openapi: '3.1.0',
    info: { ...about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [
      {
        url: '{origin}',
        variables: { origin: { default: 'http://127.0.0.1:3000', description: 'The local service, or the deployed API' } },
      },
    ],
    tags: [...Map.groupBy(operations, ({ tag }) => tag)].map(([name, tagged]) => ({
      name,
      description: tagged.map((operation) => operation.name).join(', '),
    })),
    paths: pathsOf(operations),
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A person: an access token from the issuer' },
        apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'atr_…', description: 'A machine: an API key of one workspace' },
      },
      schemas: { Problem: problemSchema },
    },
  })

function pathsOf(operations: readonly Operation[]): ZodOpenApiPathsObject {
  const byPath = Map.groupBy(operations, ({ path }) => path)
  const methodsOf = (those: readonly Operation[]) =>
    Object.fromEntries(
      those.flatMap((operation) => routesOf(operation).map(({ method }) => [method.toLowerCase(), operationObject(operation, method)])),
    )
  return Object.fromEntries([...byPath].map(([path, those]) => [path, methodsOf(those)]))
}

function operationObject(operation: Operation, method: string): ZodOpenApiOperationObject {
  const { name, summary, tag, access, path, query, body, idempotent } = operation
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter ?? '')
  const described = description(access)
  return {
    operationId: method === operation.method ? name : `${name}Head`,
    summary,
    ...(described && { description: described }),
    tags: [tag],
    security: securityOf(access),
    requestParams: {
      ...(names.length > 0 && { path: z.object(Object.fromEntries(names.map((each) => [each, idParameter(each)]))) }),
      ...(query && { query }),
      ...(idempotent && { header: z.object({ 'Idempotency-Key': idempotencyKey }) }),
    },
    ...(body && { requestBody: { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } } }),
    responses: responsesOf(method === 'HEAD' ? { ...operation, output: undefined, status: 200 } : operation),
  }
}

const words = (camelCase: string): string => camelCase.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const idParameter = (name: string) => z.string().meta({ description: `Id of the ${words(name).replace(/ id$/, '')}` })

const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/)
  .optional()
  .meta({
    param: { id: 'IdempotencyKey' },
    description: 'Makes retries safe: for 24 hours, the same request with the same key takes effect once and gets the same answer',
  })

/** Which callers are let in; the scope of an API key stands beside its scheme. */
function securityOf(access: Access): Record<string, string[]>[] {
  const scope = 'permission' in access && access.kind !== 'member' ? scopeFor(access.permission) : undefined
  const byKey = access.kind === 'token' ? [{ apiKey: [] }] : scope ? [{ apiKey: [scope] }] : []
  const byPerson = access.kind === 'open' || access.kind === 'apiKey' ? [] : [{ accessToken: [] }]
  return [...byPerson, ...byKey]
}

function description(access: Access): string | undefined {
  if (!('permission' in access)) return undefined
  const allowed = rolesThatMay(access.permission)
  const scope = access.kind === 'member' ? undefined : scopeFor(access.permission)
  return [...(allowed.length > 0 ? [`Roles: ${allowed.join(', ')}.`] : []), ...(scope ? [`API key scope: \`${scope}\`.`] : [])].join(' ')
}

const requestId = z.string().meta({ header: { id: 'RequestId' }, description: 'Give it to support when you report a problem' })
const replayed = z
  .literal('true')
  .optional()
  .meta({ header: { id: 'IdempotentReplayed' }, description: 'Present when the answer is a replay of the first one' })
const retryAfter = z
  .int()
  .min(1)
  .meta({ header: { id: 'RetryAfter' }, description: 'Seconds to wait before you send the request again' })
const authenticate = z.literal('Bearer').meta({ header: { id: 'Authenticate' }, description: 'The authentication scheme to use' })
const location = z.string().meta({ description: 'Where to follow the progress' })

function responsesOf(operation: Operation): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(refusalsOf(operation), (code) => statuses[code])
  return Object.fromEntries([
    ...successesOf(operation).map((status) => [status, success(operation, status)]),
    ...[...byStatus].map(([status, codes]) => [status, problem(status, codes)]),
  ])
}

const meanings: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'Done; no content' }

function success({ output, produces, idempotent }: Operation, status: number): ZodOpenApiResponseObject {
  return {
    description: meanings[status] ?? 'Done',
    headers: z.object({
      'x-request-id': requestId,
      ...(idempotent && { 'idempotent-replayed': replayed }),
      ...(status === 202 && { location }),
    }),
    ...(output && { content: { [produces ?? 'application/json']: { schema: output } } }),
  }
}

const codes = Object.keys(refusals) as RefusalCode[]

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong, where, and what to do about it' }),
    code: z.enum(codes).meta({ description: 'For your program to branch on; the set of codes is closed' }),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ description: 'JSON Pointer into the body, `?name` or `Idempotency-Key`' }),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ description: 'An error (RFC 9457)' })

/** `not_found` → `NotFound`, so that a response that several operations share stands once, under the name of its codes. */
const pascalCase = (code: string): string => code.replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase())

const known = new Map<string, ZodOpenApiResponseObject>()

/** One object for each set of codes: the document tells components by identity. */
function problem(status: number, possible: readonly RefusalCode[]): ZodOpenApiResponseObject {
  const id = possible.map(pascalCase).join('Or')
  const response = known.get(id) ?? problemResponse(id, status, possible)
  known.set(id, response)
  return response
}

const problemResponse = (id: string, status: number, possible: readonly RefusalCode[]): ZodOpenApiResponseObject => ({
  id,
  description: possible.map((code) => refusals[code]).join('; or: '),
  headers: z.object({
    'x-request-id': requestId,
    ...(status === 401 && { 'www-authenticate': authenticate }),
    ...((status === 429 || status === 503) && { 'retry-after': retryAfter }),
  }),
  content: {
    'application/problem+json': {
      schema: {
        allOf: [
          { $ref: '#/components/schemas/Problem' },
          { type: 'object', properties: { status: { const: status }, code: { type: 'string', enum: [...possible] } } },
        ],
      },
    },
  },
})
