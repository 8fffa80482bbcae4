import * as z from 'zod/mini'
import { type Amount, isAmount } from './amounts.ts'
import { deletionSteps, deliveries } from './model.ts'
import { roleSchema, scopeSchema } from './roles.ts'
import { instantSchema } from './time.ts'

const id = (prefix: string, what: string) =>
  z.string().register(z.globalRegistry, { description: `Id of ${what}`, examples: [`${prefix}_01k0c5r2m8q3v9xw7y4z6b1d2e`] })

export const accountIdSchema = id('acc', 'an account')
export const workspaceIdSchema = id('ws', 'a workspace')

/** What consumers see: one schema a shape of the contract (§2, Shapes). Answers are cut to these, so that nothing else can leave. */
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

export const memberShape = z
  .object({
    accountId: accountIdSchema,
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string(),
    role: roleSchema,
    joinedAt: instantSchema,
  })
  .register(z.globalRegistry, { id: 'Member' })
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
  .register(z.globalRegistry, { id: 'Invitation' })
export type InvitationShape = z.infer<typeof invitationShape>

/** What is remembered of an invitation under an Idempotency-Key: it outlives the invitation, and must not keep its address. */
export const rememberedInvitation = z.omit(invitationShape, { email: true })

export const projectShape = z
  .object({
    id: id('prj', 'a project'),
    workspaceId: workspaceIdSchema,
    name: z.string(),
    createdAt: instantSchema,
    createdBy: z.string().register(z.globalRegistry, { description: 'Id of the account or API key that made it' }),
    updatedAt: instantSchema,
  })
  .register(z.globalRegistry, { id: 'Project' })

export const apiKeyShape = z
  .object({
    id: id('key', 'an API key'),
    name: z.string(),
    prefix: z.string().register(z.globalRegistry, { description: 'How the secret begins' }),
    last4: z.string().register(z.globalRegistry, { description: 'How the secret ends' }),
    scopes: z.array(scopeSchema),
    createdAt: instantSchema,
    createdBy: accountIdSchema,
    expiresAt: z.nullable(instantSchema),
    lastUsedAt: z.nullable(instantSchema),
  })
  .register(z.globalRegistry, { id: 'ApiKey' })

/** The answer that shows a secret: the only time that it does. */
export const secretShape = z.object({
  apiKey: apiKeyShape,
  secret: z.nullable(z.string()).register(z.globalRegistry, { description: 'Shown once; null where the answer is a replay' }),
})

const decimal = (what: string) => z.string().register(z.globalRegistry, { description: `${what}, a decimal string`, examples: ['12.5'] })
const minorUnits = z.custom<Amount>(isAmount).register(z.globalRegistry, {
  description: 'In minor units of the currency: a whole number, exact also beyond 2^53',
  examples: [1234],
  override: { type: 'integer' },
})

export const usageShape = z
  .object({
    period: z.string().register(z.globalRegistry, { examples: ['2026-11'] }),
    currency: z.string(),
    meters: z.array(z.object({ meter: z.string(), quantity: decimal('How much'), amount: minorUnits })),
    total: minorUnits,
  })
  .register(z.globalRegistry, { id: 'Usage' })

export const meterShape = z
  .object({ id: z.string(), description: z.string(), unit: z.string(), unitPrice: decimal('In major units'), currency: z.string() })
  .register(z.globalRegistry, { id: 'Meter' })

export const paymentMethodShape = z
  .object({ provider: z.string(), brand: z.optional(z.string()), last4: z.optional(z.string()) })
  .register(z.globalRegistry, { id: 'PaymentMethod' })

export const invoiceShape = z
  .object({
    id: id('in', 'an invoice'),
    number: z.nullable(z.string()).register(z.globalRegistry, { description: 'Without gaps, in the order of issue; null for a draft' }),
    kind: z.enum(['final', 'period']),
    workspaceId: workspaceIdSchema,
    workspaceName: z.string(),
    status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'waived']),
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
    issuedAt: z.nullable(instantSchema),
    paidAt: z.nullable(instantSchema),
    payment: z.nullable(z.object({ provider: z.string(), reference: z.string() })),
    failure: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: 'Invoice' })

export const deletionShape = z
  .object({
    id: id('del', 'a deletion'),
    workspaceId: workspaceIdSchema,
    workspaceName: z.string(),
    status: z.enum(['queued', 'running', 'completed']),
    requestedBy: accountIdSchema,
    requestedAt: instantSchema,
    completedAt: z.nullable(instantSchema),
    steps: z.array(
      z.object({ name: z.enum(deletionSteps), status: z.enum(['pending', 'running', 'done']), at: z.nullable(instantSchema) }),
    ),
    purgedItems: z.int(),
    purged: z.record(z.string(), z.int()).register(z.globalRegistry, { description: 'Items erased, by kind' }),
    invoiceId: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: 'Deletion' })
