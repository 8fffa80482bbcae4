import * as z from 'zod'
import { roleSchema } from './roles.ts'
import { instantSchema } from './time.ts'

const id = (prefix: string, what: string) =>
  z.string().meta({ description: `Id of ${what}`, examples: [`${prefix}_01k0c5r2m8q3v9xw7y4z6b1d2e`] })

export const accountIdSchema = id('acc', 'an account')
export const workspaceIdSchema = id('ws', 'a workspace')

/** What consumers see: one schema a shape of the contract (§2, Shapes). Answers are cut to these, so that nothing else can leave. */
export const accountShape = z
  .object({
    id: accountIdSchema,
    email: z.string(),
    name: z.string(),
    defaultWorkspaceId: workspaceIdSchema.nullable(),
    createdAt: instantSchema,
  })
  .meta({ id: 'Account' })
export type AccountShape = z.infer<typeof accountShape>

export const workspaceShape = z
  .object({
    id: workspaceIdSchema,
    name: z.string(),
    role: roleSchema.nullable().meta({ description: "The caller's role; null for an API key" }),
    memberCount: z.int(),
    createdAt: instantSchema,
    createdBy: accountIdSchema,
    updatedAt: instantSchema,
  })
  .meta({ id: 'Workspace' })
export type WorkspaceShape = z.infer<typeof workspaceShape>

export const memberShape = z
  .object({ accountId: accountIdSchema, email: z.string(), name: z.string(), role: roleSchema, joinedAt: instantSchema })
  .meta({ id: 'Member' })
export type MemberShape = z.infer<typeof memberShape>

export const deliverySchema = z.enum(['queued', 'sent', 'bounced', 'complained', 'suppressed'])
export type Delivery = z.infer<typeof deliverySchema>

export const invitationShape = z
  .object({
    id: id('inv', 'an invitation'),
    workspaceId: workspaceIdSchema,
    email: z.string(),
    role: roleSchema,
    status: z.literal('pending'),
    invitedBy: z.object({ accountId: accountIdSchema, name: z.string() }),
    createdAt: instantSchema,
    lastSentAt: instantSchema,
    sendCount: z.int(),
    expiresAt: instantSchema,
    delivery: deliverySchema,
  })
  .meta({ id: 'Invitation' })
export type InvitationShape = z.infer<typeof invitationShape>

export const projectShape = z
  .object({
    id: id('prj', 'a project'),
    workspaceId: workspaceIdSchema,
    name: z.string(),
    createdAt: instantSchema,
    createdBy: z.string().meta({ description: 'Id of the account or API key that made it' }),
    updatedAt: instantSchema,
  })
  .meta({ id: 'Project' })
export type ProjectShape = z.infer<typeof projectShape>
