import type { Memory } from '../domain/model.ts'
import type { Services } from '../services.ts'
import type { Key } from '../table/design.ts'
import type { Content } from './content.ts'
import type { HttpEvent } from './event.ts'
import type { Operation } from './operation.ts'

/** One request on its way through the steps of the pipeline; each step adds what it found out. */
export interface Exchange {
  readonly event: HttpEvent
  readonly operation: Operation
  readonly services: Services
  readonly now: Date
  readonly requestId: string
  /** What the log may say beside the operation: ids only. */
  readonly about: Record<string, string>
  content?: Content
  /** What the access of the operation grants (`Granted`). */
  granted?: object
  /** The pending answer of the operation's `load`. */
  loading?: Promise<unknown>
  repetition?: Repetition | undefined
  /** The note that an API key was used; it may fail, and is waited for because a function is frozen once it answered. */
  noting?: Promise<void>
}

/** A request with an Idempotency-Key: where it is remembered, as what, and what was found there. */
export interface Repetition {
  readonly key: Key
  readonly fingerprint: string
  readonly memory: Promise<Memory | undefined>
}

/** A part of the exchange that an earlier step has set. */
export function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('A step of the pipeline ran before the one that it needs')
  return part
}

/** The workspace id in the path, of operations that have one. */
export const workspaceIdIn = (event: HttpEvent): string => event.pathParameters?.workspaceId ?? ''
