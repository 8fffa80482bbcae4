import type * as z from 'zod/mini'
import '../domain/english.ts'
import { type FieldError, Refusal } from '../domain/refusals.ts'
import { type HttpEvent, header, invalidRequest } from './event.ts'
import type { Operation } from './operation.ts'

const maximumBytes = 256 * 1024

/** How deep a body may be nested. Nothing that is asked for comes near; what looks into a body may then call itself for each level. */
const deepest = 32

/** What a request says, checked against the operation's schemas. It is refused only after the caller was let in. */
export interface Content {
  /** What of the body is in order by its schema: all of it where there are no errors. */
  readonly body: unknown
  readonly query: unknown
  /** The body as it was sent, for comparing requests: parsed JSON, or the text where it is none. */
  readonly sent: unknown
  readonly errors: readonly FieldError[]
}

/** Refuses a body that is too large (413) or of another media type (415), without a look into it. */
export function limit(event: HttpEvent): void {
  const length = Buffer.byteLength(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  if (length > maximumBytes) throw new Refusal('payload_too_large', `The body is ${length} bytes. Send at most ${maximumBytes}.`)
  const type = header(event, 'content-type')
  if (length > 0 && !/^application\/json\s*(;|$)/i.test(type ?? ''))
    throw new Refusal(
      'unsupported_media_type',
      `The content type is ${type ? `"${type.slice(0, 100)}"` : 'missing'}. Send application/json.`,
    )
}

/** Reads and checks the query. */
export function readQuery(operation: Operation, event: HttpEvent): Content {
  const { data, errors } = checkAgainst(operation.query, queryOf(operation, event), queryPointer)
  return { body: undefined, query: data, sent: undefined, errors }
}

/** Reads and checks body and query. */
export function readContent(operation: Operation, event: HttpEvent): Content {
  const { query, errors } = readQuery(operation, event)
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  const { sent, malformed } = parseJson(bytes, operation.body ? {} : undefined)
  if (malformed) return { body: undefined, query, sent, errors: [{ pointer: '', detail: malformed }, ...errors] }
  const body = checkAgainst(operation.body, sent, bodyPointer)
  return { body: body.data, query, sent, errors: [...body.errors, ...errors] }
}

/** The refusal of content in which something is off, if anything is; names everything that is. */
export function contentProblem(operation: Operation, event: HttpEvent, errors: readonly FieldError[]): Refusal | undefined {
  const ofHeader = idempotencyKeyErrors(operation, event)
  const all = [...ofHeader, ...errors]
  const detail = [...ofHeader.map((error) => error.detail), ...(errors.length > 0 ? [summary(errors)] : [])].join(' ')
  return all.length > 0 ? invalidRequest(detail, all.slice(0, mostErrors)) : undefined
}

/** An answer that names more fields would not fit into what a function may answer. */
const mostErrors = 1_000

/** Whether a text can be an Idempotency-Key: 1 to 255 printable ASCII characters. */
export const isWellFormed = (key: string): boolean => /^[\x20-\x7e]{1,255}$/.test(key)

/** What is wrong with the Idempotency-Key of an operation that honours it: the one header that a request can get wrong by itself. */
function idempotencyKeyErrors(operation: Operation, event: HttpEvent): FieldError[] {
  const key = operation.idempotent ? header(event, 'idempotency-key') : undefined
  if (key === undefined || isWellFormed(key)) return []
  return [{ pointer: 'Idempotency-Key', detail: 'Idempotency-Key must have 1 to 255 printable ASCII characters.' }]
}

const summary = ([first, ...others]: readonly FieldError[]): string => {
  if (others.length > 0) return `The request has ${others.length + 1} invalid fields. See errors.`
  return first?.pointer === '' ? first.detail : 'The request has an invalid field. See errors.'
}

/** An operation without query parameters takes none; a page leaves alone what others add to its link. */
const queryOf = (operation: Operation, event: HttpEvent): unknown =>
  operation.query || !operation.produces ? { ...event.queryStringParameters } : undefined

/** JSON is UTF-8 (RFC 8259), so that other bytes are none. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseJson(bytes: Buffer, empty: object | undefined): { sent: unknown; malformed?: string } {
  if (bytes.length === 0) return { sent: empty }
  try {
    const text = utf8.decode(bytes)
    if (isTooDeep(text))
      return { sent: text, malformed: `The body is nested more than ${deepest} levels deep. Send only the fields of this operation.` }
    return { sent: JSON.parse(text, exactNumber as (key: string, value: unknown) => unknown) }
  } catch {
    return { sent: bytes.toString(), malformed: 'The body is not valid JSON. Send a JSON object.' }
  }
}

/** Whether JSON is nested too deeply, told in one pass before anything reads it that calls itself for each level. */
function isTooDeep(json: string): boolean {
  let depth = 0
  let isQuoted = false
  for (let i = 0; i < json.length && depth <= deepest; i++) {
    const mark = json[i]
    if (mark === '"') isQuoted = !isQuoted
    else if (isQuoted && mark === '\\') i++
    else if (!isQuoted && (mark === '[' || mark === '{')) depth++
    else if (!isQuoted && (mark === ']' || mark === '}')) depth--
  }
  return depth > deepest
}

/** A quantity of more than 15 digits may not survive as a binary float: it stays the text that was sent. */
const exactNumber = (name: string, value: unknown, { source }: { source?: string } = {}): unknown =>
  name === 'quantity' && typeof value === 'number' && source && source.replace(/e.*$/i, '').replace(/\D/g, '').length > 15 ? source : value

type Pointer = (path: readonly PropertyKey[]) => string

/** The JSON Pointer (RFC 6901) of a path into a body. */
export const bodyPointer: Pointer = (path) => path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
const queryPointer: Pointer = (path) => `?${String(path[0] ?? '')}`

function checkAgainst(schema: z.ZodMiniType | undefined, data: unknown, pointer: Pointer): { data: unknown; errors: FieldError[] } {
  if (!schema) return { data: undefined, errors: data === undefined ? [] : unknownFields(data, pointer) }
  const result = schema.safeParse(data)
  if (result.success) return { data: result.data, errors: [] }
  const { issues } = result.error
  return { data: inOrder(schema, data, issues), errors: issues.flatMap((issue) => errorsOf(issue, pointer)) }
}

/** Whether a field can be used no more: one of too many entries can, and unknown fields are not taken over in the first place. */
const isUnusable = (issue: z.core.$ZodIssue): boolean =>
  issue.code !== 'unrecognized_keys' && !('origin' in issue && issue.origin === 'array')

/** What is left of data without the fields in which something is off. */
function inOrder(schema: z.ZodMiniType, data: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const parsed = schema._zod.run({ value: data, issues: [] }, { async: false })
  const left = { value: parsed instanceof Promise ? undefined : parsed.value }
  for (const { path } of issues.filter(isUnusable)) Reflect.set(...placeOf(left, ['value', ...path]), undefined)
  return left.value
}

/** The object and the key that a path leads to. */
function placeOf(whole: object, path: readonly PropertyKey[]): [object, PropertyKey] {
  const [key = '', ...rest] = path
  const part: unknown = Reflect.get(whole, key)
  return rest.length > 0 && typeof part === 'object' && part !== null ? placeOf(part, rest) : [whole, key]
}

const unknownField = (pointer: string): FieldError => ({
  pointer,
  detail: pointer.startsWith('?') ? 'Unknown parameter. Remove it.' : 'Unknown field. Remove it.',
})

/** What is sent where nothing is taken; an empty object is nothing. */
const unknownFields = (data: unknown, pointer: Pointer): FieldError[] =>
  data !== null && typeof data === 'object' && !Array.isArray(data)
    ? Object.keys(data).map((name) => unknownField(pointer([name])))
    : [{ pointer: pointer([]), detail: 'This operation takes no body.' }]

function errorsOf(issue: z.core.$ZodIssue, pointer: Pointer): FieldError[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(pointer([...issue.path, key])))
  return [{ pointer: pointer(issue.path), detail: issue.message }]
}
