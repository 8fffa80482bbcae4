import { type RefusalCode, refusals } from '../domain/refusals.ts'
import type { Access, Operation } from './operation.ts'

/** Refusals of the pipeline, by who may call. */
const byAccess: Readonly<Record<Access['kind'], readonly RefusalCode[]>> = {
  open: [],
  token: ['unauthenticated'],
  person: ['unauthenticated', 'forbidden'],
  account: ['unauthenticated', 'account_required', 'forbidden'],
  workspace: ['unauthenticated', 'account_required', 'workspace_not_found', 'forbidden'],
  member: ['unauthenticated', 'account_required', 'workspace_not_found', 'forbidden'],
  apiKey: ['unauthenticated', 'account_required', 'forbidden'],
}

const isOpen = ({ access }: Operation): boolean => access.kind === 'open'

/** What follows from the declaration alone: access, input, honoured headers, services that can be unavailable. */
const implied = (operation: Operation): readonly RefusalCode[] => [
  ...byAccess[(operation.access as Access).kind],
  'invalid_request',
  'payload_too_large',
  'unsupported_media_type',
  ...(operation.requiresVerifiedEmail ? (['email_not_verified'] as const) : []),
  ...(operation.idempotent ? (['idempotency_key_reused'] as const) : []),
  'internal_error',
  ...(operation.services.length > 0 || !isOpen(operation) ? (['unavailable'] as const) : []),
]

/** Every refusal that an operation can answer: those that it declares and those that its access and its input imply, by status. */
export const refusalsOf = (operation: Operation): readonly RefusalCode[] => {
  const possible = new Set<RefusalCode>([...implied(operation), ...operation.refuses])
  return (Object.keys(refusals) as RefusalCode[]).filter((code) => possible.has(code))
}

/** The statuses of an operation's successes, the usual one first. */
export const successesOf = ({ status, also = [], output }: Operation): readonly number[] => [status ?? (output ? 200 : 204), ...also]
