import type { Deadline } from '../deadline.ts'
import type { Person } from '../domain/person.ts'
import type { RefusalCode } from '../domain/refusals.ts'
import type { ApiKeyPlace } from '../domain/secrets.ts'
import type { Services } from '../services.ts'
import type { Write } from '../table/engine.ts'
import type { Content } from './content.ts'
import type { HttpEvent, HttpResult } from './event.ts'
import type { Operation } from './operation.ts'

/** One request on its way through the steps of the pipeline; each step adds what it found out. */
export interface Exchange {
  readonly event: HttpEvent
  readonly operation: Operation
  readonly services: Services & { readonly remaining: () => number }
  readonly now: Date
  /** By when the answer is given. */
  readonly deadline: Deadline
  readonly requestId: string
  /** What the log may say beside the operation: ids only. */
  readonly logContext: Record<string, string>
  content?: Content
  /** Who sent it, as far as their token says it; nobody where an operation is open. */
  caller?: Person | ApiKeyPlace
  /** The code of the problem that the request is answered with. */
  refused?: RefusalCode
  /** What the access of the operation grants (`Granted`). */
  granted?: object
  /** The pending answer of the operation's `load`. */
  loading?: Promise<unknown>
  idempotency?: Idempotency | undefined
  /** The note that an API key was used; it may fail, and is waited for, a moment, because a function is frozen once it answered. */
  noting?: Promise<void>
}

/** A request with an Idempotency-Key. */
export interface Idempotency {
  /** Makes the record of an answer, as a write of the operation's own transaction. */
  recordAnswer(answer: { workspaceId?: string }): Write
  /** The first answer again, where the request was answered before; refuses another request with the same key (422). */
  replay(): Promise<HttpResult | undefined>
  /** Looks again after the operation refused: a request with the same key may have been first meanwhile, and then its answer is the answer. */
  replayAfter(error: unknown): Promise<HttpResult | undefined>
}

/** A part of the exchange that an earlier step has set. */
export function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('A pipeline step ran before a step it depends on')
  return part
}

/** The workspace id in the path, of operations that have one. */
export const workspaceIdIn = (event: HttpEvent): string => event.pathParameters?.workspaceId ?? ''
