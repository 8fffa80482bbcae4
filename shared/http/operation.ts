import type * as z from 'zod/mini'
import type { Account } from '../domain/account.ts'
import type { ApiKey } from '../domain/api-key.ts'
import type { IdempotencyRecord } from '../domain/idempotency-record.ts'
import type { Member } from '../domain/member.ts'
import type { QueueName } from '../domain/messages.ts'
import type { Person } from '../domain/person.ts'
import type { FieldError, RefusalCode } from '../domain/refusals.ts'
import type { Permission, Role } from '../domain/roles.ts'
import type { ApiKeyPlace } from '../domain/secrets.ts'
import type { Workspace } from '../domain/workspace.ts'
import type { Services } from '../services.ts'
import type { Write } from '../table/engine.ts'
import type { TableAction } from '../table/table-actions.ts'

/** Who may call an operation, and what the pipeline hands to it. Build it with `access`. */
export type Access =
  | { readonly kind: 'open' | 'token' | 'person' | 'account' }
  | {
      readonly kind: 'workspace' | 'member' | 'apiKey'
      readonly permission: Permission
      /** The permission that suffices if the member in the path is the caller. */
      readonly onSelf?: Permission
    }

/** Who may call an operation, as its declaration says it: `access: access.workspace('writeProjects')`. */
export const access = {
  /** Everybody, without a token. */
  open: { kind: 'open' },
  /** Any good token or API key. */
  anyToken: { kind: 'token' },
  /** A person with a good token, with or without an account. */
  person: { kind: 'person' },
  /** A person with an account. */
  account: { kind: 'account' },
  /** Members of the path's workspace and its API keys, where role or scope gives the permission. */
  workspace: <P extends Permission>(permission: P) => ({ kind: 'workspace', permission }) as const,
  /** Members of the path's workspace alone; `onSelf` is enough where the member in the path is the caller. */
  member: <P extends Permission>(permission: P, { onSelf = permission }: { onSelf?: Permission } = {}) =>
    ({ kind: 'member', permission, onSelf }) as const,
  /** API keys alone; the workspace is the key's. */
  apiKey: <P extends Permission>(permission: P) => ({ kind: 'apiKey', permission }) as const,
} as const

/** Whether an API key can be the caller. */
export const takesApiKeys = ({ kind }: Access): boolean => kind === 'token' || kind === 'workspace' || kind === 'apiKey'

interface InWorkspace {
  readonly workspace: Workspace
  /** To be part of every write: the caller still may. */
  readonly authorizationCheck: Write
}

/** What the pipeline knows of the caller once it let them in, by kind of access. */
export interface Granted {
  readonly open: object
  readonly token: { readonly caller: Person | ApiKey }
  readonly person: { readonly person: Person }
  readonly account: { readonly person: Person; readonly account: Account }
  readonly workspace: InWorkspace & { readonly actorId: string; readonly role: Role | null }
  readonly member: InWorkspace & { readonly person: Person; readonly member: Member }
  readonly apiKey: InWorkspace & { readonly apiKey: ApiKey }
}

/** Services beyond the table that an operation may need; they decide what its bundle and its role contain. */
export type ServiceName = 'table' | 'queue' | 'payments'

type ParameterNames<P extends string> = P extends `${string}{${infer N}}${infer Rest}` ? N | ParameterNames<Rest> : never

/** The request as an operation sees it. */
export interface Input<P extends string, B extends z.ZodMiniType, Q extends z.ZodMiniType> {
  readonly path: { readonly [N in ParameterNames<P>]: string }
  readonly body: z.output<B>
  readonly query: z.output<Q>
  readonly now: Date
}

/** The part of a request that `load` does not see: a body sent with an API key is read only once the key is found. */
type LateFor<A extends Access> = A['kind'] extends 'token' | 'workspace' | 'apiKey' ? 'body' : never

/** Data without its invalid fields. */
type InOrder<T> =
  | (T extends readonly (infer E)[] ? readonly InOrder<E>[] : T extends object ? { readonly [K in keyof T]?: InOrder<T[K]> } : T)
  | undefined

interface Sound<B, Q> {
  readonly body: InOrder<B>
  readonly query: InOrder<Q>
}

type Tools<N extends ServiceName> = Pick<Services, N | 'settings' | 'clock'> & {
  /** Milliseconds until the answer must be given; the table keeps to it by itself. */
  readonly remaining: () => number
}

/** Who asks, as far as is known before anything is read. */
type Caller<A extends Access> = A['kind'] extends 'open'
  ? object
  : { readonly caller: A['kind'] extends 'person' | 'account' | 'member' ? Person : Person | ApiKeyPlace }

/** An answer with a status other than the declared one, or with its own headers. */
export class Reply<T> {
  readonly body: T
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(body: T, { status, headers = {} }: { status?: number; headers?: Record<string, string> }) {
    this.body = body
    this.status = status
    this.headers = headers
  }
}

type RecordAnswer<R> = (answer: R) => Write | undefined

/** One operation: its declaration above its `handle`. Everything else (routes, functions, grants, OpenAPI, laws) is derived from it. */
export interface Declaration<
  P extends string,
  A extends Access,
  N extends ServiceName,
  B extends z.ZodMiniType,
  Q extends z.ZodMiniType,
  R extends z.ZodMiniType,
  L,
> {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: P
  /** A GET that also answers HEAD, on a route of its own: an HTTP API does not derive one from the other. */
  readonly head?: true
  readonly summary: string
  readonly tag: string
  readonly access: A
  readonly services: readonly N[]
  /** What it does to the table, beyond letting the caller in and recording its answer: its role allows that and nothing else. */
  readonly tableActions?: readonly TableAction[]
  /** The queues that it sends to: its role allows those and no other. */
  readonly sendsTo?: readonly QueueName[]
  readonly body?: B
  readonly query?: Q
  /** The status of a success; by default 200, or 204 without an output. */
  readonly status?: number
  /** Further statuses with the same answer. */
  readonly also?: readonly number[]
  /** The shape of the answer's body; none: 204. */
  readonly output?: R
  /** The media type of the answer if it is not JSON; the output is then a string. */
  readonly produces?: 'text/html'
  /** What it refuses beyond what follows from its access and its input. */
  readonly refuses: readonly RefusalCode[]
  /**
   * A further permission that depends on the request: on the body as sent, or on what is read beside the authorization. Without it the
   * caller is refused (403) before a replay and before the content is checked.
   */
  readonly extraPermission?: (input: {
    readonly sent: unknown
    readonly path: { readonly [N in ParameterNames<P>]: string }
    readonly table: Services['table']
  }) => Promise<Permission | undefined>
  /** Only for people with a verified e-mail address; others are refused (403) before the content is checked. */
  readonly requiresVerifiedEmail?: true
  /** Honours Idempotency-Key; `handle` then puts what `recordAnswer` gives into its write. */
  readonly idempotent?: true
  /** The shape of what is recorded of an answer, if not all of it: e-mail addresses are left out. `replay` completes it. */
  readonly recordShape?: z.ZodMiniType
  /** Rebuilds the first answer from its record, if that is not the answer itself; without `recordShape` the record holds a workspace id. */
  readonly replay?: (record: IdempotencyRecord, input: Input<P, B, Q> & Granted[A['kind']] & Tools<N>) => Promise<z.input<R>>
  /** Answers a member once the workspace is being deleted or gone, in place of the 404; undefined: the 404 stands. */
  readonly answerWhenDeleted?: (
    input: Pick<Services, 'table'> & { readonly path: Readonly<Record<string, string | undefined>>; readonly person: Person },
  ) => Promise<Reply<z.input<R>> | undefined>
  /** Reads beside the authorization, so that both are one round. What it reads is shown to nobody who is then refused. */
  readonly load?: (input: Omit<Input<P, B, Q>, LateFor<A>> & Tools<N> & Caller<A>) => Promise<L>
  /**
   * Errors in the content that the schemas cannot find, because they depend on the time or on the caller. They are reported together with
   * those of the schemas. Gets only the valid fields, once the caller has been let in.
   */
  readonly check?: (input: Omit<Input<P, B, Q>, 'body' | 'query'> & Sound<z.output<B>, z.output<Q>> & Caller<A>) => readonly FieldError[]
  /**
   * What is off in the content by what `load` read. It then loads also where something else is off, from what is in order: that is to be
   * named together with this.
   */
  readonly checkLoaded?: (
    input: Pick<Input<P, B, Q>, 'path' | 'now'> & Sound<z.output<B>, z.output<Q>> & Caller<A> & { readonly loaded: L },
  ) => readonly FieldError[]
  readonly handle: (
    input: Input<P, B, Q> &
      Granted[A['kind']] &
      Tools<N> & { readonly loaded: L; readonly recordAnswer: RecordAnswer<z.input<R> & { readonly workspaceId?: string }> },
  ) => Promise<z.input<R> | Reply<z.input<R>>>
}

/** What the machinery sees of any operation. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where the types of all operations meet
export type Operation<N extends ServiceName = ServiceName> = Declaration<string, any, N, any, any, any, any>

/**
 * How long an operation may take, in seconds: after that it is better to tell the caller to try again. Operations that ask a payment
 * provider get nearly all the time that API Gateway allows (30).
 */
export const secondsFor = ({ services }: Pick<Operation, 'services'>): number =>
  (services as readonly ServiceName[]).includes('payments') ? 29 : 10

/** Declares an operation; types of input, caller and answer follow from the declaration. No side effect: lists can be read anywhere. */
export const operation = <
  const P extends string,
  const A extends Access,
  const N extends ServiceName,
  R extends z.ZodMiniType = z.ZodMiniVoid,
  B extends z.ZodMiniType = z.ZodMiniVoid,
  Q extends z.ZodMiniType = z.ZodMiniVoid,
  L = undefined,
>(
  declaration: Declaration<P, A, N, B, Q, R, L>,
): Declaration<P, A, N, B, Q, R, L> => declaration

/** The routes of an operation, the first its own. */
export const routesOf = ({
  method,
  path,
  head,
}: Pick<Operation, 'method' | 'path' | 'head'>): readonly { method: string; path: string }[] => [
  { method, path },
  ...(head ? [{ method: 'HEAD', path }] : []),
]
