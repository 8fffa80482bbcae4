import type { Deadline } from '../deadline.ts'
import type { Person } from '../domain/person.ts'
import type { RefusalCode } from '../domain/refusals.ts'
import type { ApiKeyPlace } from '../domain/secrets.ts'
import type { Services } from '../services.ts'
import type { Write } from '../table/engine.ts'
import type { Content } from './content.ts'
import type { HttpEvent, HttpResult } from './event.ts'
import type { Operation } from './operation.ts'

/** One request on its way through the pipeline; each step adds what it found. */
export interface Exchange {
  readonly event: HttpEvent
  readonly operation: Operation
  readonly services: Services & { readonly remaining: () => number }
  readonly now: Date
  /** When the answer is due. */
  readonly deadline: Deadline
  readonly requestId: string
  /** What the log may say beside the operation: ids only. */
  readonly logContext: Record<string, string>
  content?: Content
  /** Who sent it, according to the token; nobody if the operation is open. */
  caller?: Person | ApiKeyPlace
  /** The code of the problem that the request is answered with. */
  refused?: RefusalCode
  /** What the access of the operation grants (`Granted`). */
  granted?: object
  /** The pending answer of the operation's `load`. */
  loading?: Promise<unknown>
  idempotency?: Idempotency | undefined
  /**
   * The pending note that an API key was used. It may fail; the answer waits for it briefly, because a function is frozen once it has
   * answered.
   */
  noting?: Promise<void>
}

/** A request with an Idempotency-Key. */
export interface Idempotency {
  /** Makes the record of an answer, as a write of the operation's own transaction. */
  recordAnswer(answer: { workspaceId?: string }): Write
  /** The first answer again if the request was answered before; refuses a different request with the same key (422). */
  replay(): Promise<HttpResult | undefined>
  /** Looks again after the operation refused: a request with the same key may have been quicker, and then its answer counts. */
  replayAfter(error: unknown): Promise<HttpResult | undefined>
}

/** A part of the exchange that an earlier step has set. */
export function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('A pipeline step ran before a step it depends on')
  return part
}

/** The workspace id in the path, of operations that have one. */
export const workspaceIdIn = (event: HttpEvent): string => event.pathParameters?.workspaceId ?? ''
