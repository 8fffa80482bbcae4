import * as z from 'zod/mini'
import type { InTurn } from './payment-turns.ts'
import { type Role, roleSchema } from './roles.ts'
import { accountIdSchema, workspaceIdSchema } from './schemas.ts'
import { instantSchema } from './time.ts'

/** What is stored of a workspace, without keys. Answers are cut from it by the shapes. */

/** `active`: takes writes. `deleting`: refused to everybody. `deleted`: the tombstone, without personal data. */
export type WorkspaceStatus = 'active' | 'deleting' | 'deleted'

export interface Workspace extends InTurn {
  readonly id: string
  readonly name: string
  readonly status: WorkspaceStatus
  readonly memberCount: number
  readonly adminCount: number
  /** Upper bound: expired invitations count until they are collected. */
  readonly pendingCount: number
  readonly apiKeyCount: number
  /** Over how many partitions its usage is spread; fixed when it is made. */
  readonly usageShards: number
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  /** How many dismissals there have been; absent before the first. */
  readonly dismissals?: number
  /** The count after this account's last dismissal: what they sent before it is dead. */
  readonly [dismissed: `dismissed#${string}`]: number
}

export const workspaceShape = z
  .object({
    id: workspaceIdSchema,
    name: z.string(),
    role: z.nullable(roleSchema).register(z.globalRegistry, { description: "The caller's role; null for an API key" }),
    memberCount: z.int(),
    createdAt: instantSchema,
    createdBy: accountIdSchema,
    updatedAt: instantSchema,
  })
  .register(z.globalRegistry, { id: 'Workspace' })

export type WorkspaceShape = z.infer<typeof workspaceShape>

/** A workspace as a caller in a role sees it; `null` for an API key. */
export const workspaceView = (workspace: Workspace, role: Role | null): WorkspaceShape => ({ ...workspace, role })
