import type * as z from 'zod/mini'
import '../domain/english.ts'
import { type FieldError, Refusal } from '../domain/refusals.ts'
import { type HttpEvent, header, invalidRequest } from './event.ts'
import type { Operation } from './operation.ts'

const maximumBytes = 256 * 1024

/** What a request says, checked against the operation's schemas. It is refused only after the caller was let in. */
export interface Content {
  readonly body: unknown
  readonly query: unknown
  /** The body as it was sent, for comparing requests: parsed JSON, or the text where it is none. */
  readonly sent: unknown
  readonly problem: Refusal | undefined
}

const bodyOf = (event: HttpEvent): Buffer => Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')

/** Refuses a body that is too large (413) or of another media type (415). */
export function limit(event: HttpEvent): void {
  const { length } = bodyOf(event)
  if (length > maximumBytes) throw new Refusal('payload_too_large', `The body has ${length} bytes: at most ${maximumBytes} are taken.`)
  const type = header(event, 'content-type')
  if (length > 0 && !/^application\/json\s*(;|$)/i.test(type ?? ''))
    throw new Refusal(
      'unsupported_media_type',
      `The body is ${type ? `"${type.slice(0, 100)}"` : 'of no media type'}: send application/json.`,
    )
}

/** Reads and checks body and query; what is off is in `problem`. */
export function readContent(operation: Operation, event: HttpEvent): Content {
  const { sent, malformed } = parseJson(bodyOf(event), operation.body ? {} : undefined)
  const body = malformed ? undefined : checkAgainst(operation.body, sent, bodyPointer)
  const query = checkAgainst(operation.query, queryOf(operation, event), queryPointer)
  const errors = [...(body?.errors ?? []), ...query.errors]
  const problem = malformed ?? (errors.length > 0 ? invalidRequest(summary(errors), errors) : undefined)
  return { body: body?.data, query: query.data, sent, problem }
}

/** Whether a text can be an Idempotency-Key: 1 to 255 printable ASCII characters. */
export const isWellFormed = (key: string): boolean => /^[\x20-\x7e]{1,255}$/.test(key)

/** What is wrong with the Idempotency-Key of an operation that honours it. */
export function idempotencyKeyProblem(operation: Operation, event: HttpEvent): Refusal | undefined {
  const key = operation.idempotent ? header(event, 'idempotency-key') : undefined
  const wrong = key !== undefined && !isWellFormed(key)
  return wrong ? invalidRequest('Idempotency-Key has 1 to 255 printable ASCII characters.') : undefined
}

const summary = (errors: readonly FieldError[]): string =>
  `${errors.length === 1 ? 'One field is' : `${errors.length} fields are`} not valid: see errors.`

/** An operation without query parameters takes none, but one that is open to browsers leaves unknown ones alone. */
const queryOf = (operation: Operation, event: HttpEvent): unknown =>
  operation.query || operation.access.kind !== 'open' ? { ...event.queryStringParameters } : undefined

/** JSON is UTF-8 (RFC 8259), so that other bytes are none. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

function parseJson(bytes: Buffer, empty: object | undefined): { sent: unknown; malformed?: Refusal } {
  if (bytes.length === 0) return { sent: empty }
  try {
    return { sent: JSON.parse(utf8.decode(bytes), exactNumber as (key: string, value: unknown) => unknown) }
  } catch {
    return { sent: bytes.toString(), malformed: invalidRequest('The body is not JSON: send a JSON object.') }
  }
}

/** A quantity of more than 15 digits may not survive as a binary float: it stays the text that was sent. */
const exactNumber = (name: string, value: unknown, { source }: { source?: string } = {}): unknown =>
  name === 'quantity' && typeof value === 'number' && source && source.replace(/e.*$/i, '').replace(/\D/g, '').length > 15 ? source : value

type Pointer = (path: readonly PropertyKey[]) => string

const bodyPointer: Pointer = (path) => path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
const queryPointer: Pointer = (path) => `?${String(path[0] ?? '')}`

function checkAgainst(schema: z.ZodMiniType | undefined, data: unknown, pointer: Pointer): { data: unknown; errors: FieldError[] } {
  if (!schema) return { data: undefined, errors: data === undefined ? [] : unknownFields(data, pointer) }
  const result = schema.safeParse(data)
  return result.success
    ? { data: result.data, errors: [] }
    : { data: undefined, errors: result.error.issues.flatMap((issue) => errorsOf(issue, pointer)) }
}

const unknownField = (pointer: string): FieldError => ({ pointer, detail: 'Unknown field: leave it out.' })

/** What is sent where nothing is taken; an empty object is nothing. */
const unknownFields = (data: unknown, pointer: Pointer): FieldError[] =>
  data !== null && typeof data === 'object' && !Array.isArray(data)
    ? Object.keys(data).map((name) => unknownField(pointer([name])))
    : [{ pointer: pointer([]), detail: 'This operation takes no body.' }]

function errorsOf(issue: z.core.$ZodIssue, pointer: Pointer): FieldError[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(pointer([...issue.path, key])))
  const missing = issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined')
  return [{ pointer: pointer(issue.path), detail: missing ? 'This field is required.' : issue.message }]
}
