/** Every way in which Atrium says no: code → HTTP status and title. The set is closed; consumers branch on `code` (contract §1). */
export const refusals = {
  invalid_request: { status: 400, title: 'The request is invalid' },
  confirmation_mismatch: { status: 400, title: 'The confirmation does not match' },
  payment_method_refused: { status: 400, title: 'The payment method was refused' },
  unauthenticated: { status: 401, title: 'Sign-in required' },
  account_required: { status: 403, title: 'An account is required' },
  forbidden: { status: 403, title: 'Not allowed' },
  email_not_verified: { status: 403, title: 'The e-mail address is not verified' },
  email_mismatch: { status: 403, title: 'The invitation was sent to another e-mail address' },
  not_found: { status: 404, title: 'No such route' },
  workspace_not_found: { status: 404, title: 'No such workspace' },
  member_not_found: { status: 404, title: 'No such member' },
  invitation_not_found: { status: 404, title: 'No such invitation' },
  project_not_found: { status: 404, title: 'No such project' },
  api_key_not_found: { status: 404, title: 'No such API key' },
  invoice_not_found: { status: 404, title: 'No such invoice' },
  deletion_not_found: { status: 404, title: 'No such deletion' },
  last_member: { status: 409, title: 'The last member cannot leave' },
  last_admin: { status: 409, title: 'A workspace must keep an admin' },
  too_many_invitations: { status: 409, title: 'Too many pending invitations' },
  too_many_members: { status: 409, title: 'Too many members' },
  too_many_api_keys: { status: 409, title: 'Too many API keys' },
  usage_limit_reached: { status: 409, title: 'The usage limit has been reached' },
  invitation_expired: { status: 410, title: 'The invitation has expired' },
  payload_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  misdirected_request: { status: 421, title: 'The request was sent to the wrong host' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with a different request' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>

export type RefusalCode = keyof typeof refusals

/** One bad field: `pointer` is a JSON Pointer into the body, or `?name` for a query parameter. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

interface RefusalExtras {
  readonly errors?: readonly FieldError[]
  /** Whole seconds, at least 1; becomes the `retry-after` header. */
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

/** A refusal as it can be kept, for others who are to be refused alike. */
export type RefusalRecord = Pick<Refusal, 'code'> & { readonly detail: string } & Omit<RefusalExtras, 'cause'>

export const recordOf = ({ code, message: detail, errors, retryAfter }: Refusal): RefusalRecord => ({
  code,
  detail,
  ...(errors && { errors }),
  ...(retryAfter !== undefined && { retryAfter }),
})

export const refusalFrom = ({ code, detail, ...extras }: RefusalRecord): Refusal => new Refusal(code, detail, extras)

/** A 400 that names one field. */
export const invalid = (pointer: string, detail: string): Refusal =>
  new Refusal('invalid_request', detail, { errors: [{ pointer, detail }] })
