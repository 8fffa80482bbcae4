import * as z from 'zod'
import { deletionSteps, deliveries } from './model.ts'
import { roleSchema, scopeSchema } from './roles.ts'
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
    delivery: z.enum(deliveries),
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

export const apiKeyShape = z
  .object({
    id: id('key', 'an API key'),
    name: z.string(),
    prefix: z.string().meta({ description: 'How the secret begins' }),
    last4: z.string().meta({ description: 'How the secret ends' }),
    scopes: z.array(scopeSchema),
    createdAt: instantSchema,
    createdBy: accountIdSchema,
    expiresAt: instantSchema.nullable(),
    lastUsedAt: instantSchema.nullable(),
  })
  .meta({ id: 'ApiKey' })

/** The answer that shows a secret: the only time that it does. */
export const secretShape = z.object({
  apiKey: apiKeyShape,
  secret: z.string().nullable().meta({ description: 'Shown once; null where the answer is a replay' }),
})

const decimal = (what: string) => z.string().meta({ description: `${what}, a decimal string`, examples: ['12.5'] })
const minorUnits = z.int().meta({ description: 'In minor units of the currency', examples: [1234] })

export const usageShape = z
  .object({
    period: z.string().meta({ examples: ['2026-11'] }),
    currency: z.string(),
    meters: z.array(z.object({ meter: z.string(), quantity: decimal('How much'), amount: minorUnits })),
    total: minorUnits,
  })
  .meta({ id: 'Usage' })

export const meterShape = z
  .object({ id: z.string(), description: z.string(), unit: z.string(), unitPrice: decimal('In major units'), currency: z.string() })
  .meta({ id: 'Meter' })

export const paymentMethodShape = z
  .object({ provider: z.string(), brand: z.string().optional(), last4: z.string().optional() })
  .meta({ id: 'PaymentMethod' })

export const invoiceShape = z
  .object({
    id: id('in', 'an invoice'),
    number: z.string().nullable().meta({ description: 'Without gaps, in the order of issue; null for a draft' }),
    kind: z.enum(['final', 'period']),
    workspaceId: workspaceIdSchema,
    workspaceName: z.string(),
    status: z.enum(['draft', 'open', 'paid', 'uncollectible']),
    periodStart: instantSchema,
    periodEnd: instantSchema,
    currency: z.string(),
    lines: z.array(
      z.object({
        meter: z.string(),
        description: z.string(),
        quantity: decimal('How much'),
        unitPrice: decimal('In major units'),
        amount: minorUnits,
      }),
    ),
    total: minorUnits,
    issuedAt: instantSchema.nullable(),
    paidAt: instantSchema.nullable(),
    payment: z.object({ provider: z.string(), reference: z.string() }).nullable(),
    failure: z.string().nullable(),
  })
  .meta({ id: 'Invoice' })

export const deletionShape = z
  .object({
    id: id('del', 'a deletion'),
    workspaceId: workspaceIdSchema,
    workspaceName: z.string(),
    status: z.enum(['queued', 'running', 'completed']),
    requestedBy: accountIdSchema,
    requestedAt: instantSchema,
    completedAt: instantSchema.nullable(),
    steps: z.array(z.object({ name: z.enum(deletionSteps), status: z.enum(['pending', 'running', 'done']), at: instantSchema.nullable() })),
    purgedItems: z.int(),
    purged: z.record(z.string(), z.int()).meta({ description: 'Items erased, by kind' }),
    invoiceId: z.string().nullable(),
  })
  .meta({ id: 'Deletion' })
