import * as z from 'zod/mini'
import type { Member } from './member.ts'
import { nameFromClaims } from './names.ts'
import type { Person } from './person.ts'
import { accountIdSchema, workspaceIdSchema } from './schemas.ts'
import { instantSchema } from './time.ts'
import { type Workspace, type WorkspaceShape, workspaceView } from './workspace.ts'

export interface Account {
  readonly id: string
  readonly email: string
  readonly emailVerified: boolean
  /** When the newest token that carried a verified e-mail was issued, in seconds since 1970. */
  readonly emailIssuedAt?: number
  readonly name: string
  readonly createdAt: string
  /** Increases with every change that member rows follow; missing before the first. */
  readonly version?: number
  readonly changedAt?: string
}

/** What consumers see: one schema a shape of docs/reference.html. Answers are cut to these, so that nothing else can leave. */
export const accountShape = z
  .object({
    id: accountIdSchema,
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string(),
    defaultWorkspaceId: z.nullable(workspaceIdSchema),
    createdAt: instantSchema,
  })
  .register(z.globalRegistry, { id: 'Account' })

export type AccountShape = z.infer<typeof accountShape>

/** An account with the workspace that was made with it and its member row; both null once either is gone. */
export interface AccountWithDefault {
  readonly account: Account
  readonly defaultWorkspace: Workspace | null
  readonly defaultMember: Member | null
}

export const accountView = ({ account, defaultWorkspace }: AccountWithDefault): AccountShape => ({
  ...account,
  defaultWorkspaceId: defaultWorkspace?.id ?? null,
})

export const defaultWorkspaceView = ({ defaultWorkspace, defaultMember }: AccountWithDefault): WorkspaceShape | null =>
  defaultWorkspace && defaultMember && workspaceView(defaultWorkspace, defaultMember.role)

/** The account that a person gets with their first request that needs one. */
export const accountOf = ({ accountId, email, emailVerified, issuedAt, name }: Person, now: Date, chosen?: string): Account => ({
  id: accountId,
  email,
  emailVerified,
  ...(emailVerified && { emailIssuedAt: issuedAt }),
  name: chosen ?? nameFromClaims(name, email),
  createdAt: now.toISOString(),
})
