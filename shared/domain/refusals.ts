/** Every way in which Atrium says no, with its title. The set is closed; consumers branch on the code (docs/api.md, Errors). */
export const refusals = {
  invalid_request: 'The request is invalid',
  confirmation_mismatch: 'The confirmation does not match',
  payment_method_refused: 'The payment method was refused',
  unauthenticated: 'Sign-in required',
  account_required: 'An account is required',
  forbidden: 'Not allowed',
  email_not_verified: 'The e-mail address is not verified',
  email_mismatch: 'The invitation was sent to another e-mail address',
  not_found: 'No such route',
  workspace_not_found: 'No such workspace',
  member_not_found: 'No such member',
  invitation_not_found: 'No such invitation',
  project_not_found: 'No such project',
  api_key_not_found: 'No such API key',
  invoice_not_found: 'No such invoice',
  deletion_not_found: 'No such deletion',
  last_member: 'The last member cannot leave',
  last_admin: 'A workspace must keep an admin',
  too_many_invitations: 'Too many pending invitations',
  too_many_members: 'Too many members',
  too_many_api_keys: 'Too many API keys',
  usage_limit_reached: 'The usage limit has been reached',
  invitation_expired: 'The invitation has expired',
  payload_too_large: 'The request body is too large',
  unsupported_media_type: 'The media type is not supported',
  misdirected_request: 'The request was sent to the wrong host',
  idempotency_key_reused: 'The Idempotency-Key was used with a different request',
  rate_limited: 'Too many requests',
  internal_error: 'Something went wrong',
  unavailable: 'Temporarily unavailable',
} as const

export type RefusalCode = keyof typeof refusals

/** One bad field: `pointer` is a JSON Pointer into the body, or `?name` for a query parameter. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

interface RefusalExtras {
  readonly errors?: readonly FieldError[]
  /** Whole seconds, at least 1, until it makes sense to try again. */
  readonly retryAfter?: number
  readonly cause?: unknown
}

/** The only error that a caller is meant to see. `detail` says what is wrong, where, and what to do. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly errors: readonly FieldError[] | undefined
  readonly retryAfter: number | undefined

  constructor(code: RefusalCode, detail: string, extras: RefusalExtras = {}) {
    super(detail, { cause: extras.cause })
    this.name = 'Refusal'
    this.code = code
    this.errors = extras.errors
    this.retryAfter = extras.retryAfter === undefined ? undefined : Math.max(1, Math.ceil(extras.retryAfter))
  }
}

/** A refusal as it is stored, to refuse others alike. */
export type RefusalRecord = Pick<Refusal, 'code'> & { readonly detail: string } & Omit<RefusalExtras, 'cause'>

export const recordOf = ({ code, message: detail, errors, retryAfter }: Refusal): RefusalRecord => ({
  code,
  detail,
  ...(errors && { errors }),
  ...(retryAfter !== undefined && { retryAfter }),
})

export const refusalFrom = ({ code, detail, ...extras }: RefusalRecord): Refusal => new Refusal(code, detail, extras)

/** An invalid request because of one field. */
export const invalid = (pointer: string, detail: string): Refusal =>
  new Refusal('invalid_request', detail, { errors: [{ pointer, detail }] })
