import * as z from 'zod/mini'
import { deletionIdOf, finalInvoiceIdOf } from './ids.ts'
import { accountIdSchema, id, workspaceIdSchema } from './schemas.ts'
import { instantSchema } from './time.ts'
import type { Workspace } from './workspace.ts'

export const deletionSteps = ['revokeAccess', 'revokeApiKeys', 'issueFinalInvoice', 'chargeFinalInvoice', 'purgeData'] as const

export type DeletionStep = (typeof deletionSteps)[number]

/** The page of items that is being purged; `purged` already includes its counts. */
export interface PurgePage {
  readonly pk: string
  readonly first: string
  readonly last: string
}

export interface Deletion {
  readonly id: string
  readonly workspaceId: string
  readonly workspaceName: string
  readonly requestedBy: string
  readonly requestedAt: string
  readonly invoiceId: string
  /** The next step; `completed` after the last. */
  readonly step: DeletionStep | 'completed'
  /** Whether a worker has begun. */
  readonly started: boolean
  /** When each step was done. */
  readonly doneAt: Readonly<Partial<Record<DeletionStep, string>>>
  readonly completedAt: string | null
  /** Items erased, by kind; exact also where a worker died in between. */
  readonly purged: Readonly<Record<string, number>>
  /** Increases with every page: the condition for the next one. */
  readonly pageNumber: number
  readonly page?: PurgePage
  /** While the payment provider is away: since when, how often it was asked, and when it is asked again. */
  readonly chargeSince?: string
  readonly chargeAttempts?: number
  readonly nextAttemptAt?: string
}

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

/** A deletion with its steps; `invoiceId` appears once the invoice is issued. */
export function deletionView(deletion: Deletion) {
  const { step, started, doneAt, purged, completedAt, invoiceId } = deletion
  const current = step === 'completed' ? deletionSteps.length : deletionSteps.indexOf(step)
  const stepStatus = (i: number) => (i < current ? 'done' : i === current && started ? 'running' : 'pending')
  return {
    ...deletion,
    status: completedAt ? ('completed' as const) : started ? ('running' as const) : ('queued' as const),
    steps: deletionSteps.map((name, i) => ({ name, status: stepStatus(i), at: doneAt[name] ?? null }) as const),
    purged: { ...purged },
    purgedItems: Object.values(purged).reduce((sum, n) => sum + n, 0),
    invoiceId: doneAt.issueFinalInvoice ? invoiceId : null,
  }
}

/** A new deletion: nothing is done yet. */
export const newDeletion = (workspace: Workspace, requestedBy: string, now: Date): Deletion => ({
  id: deletionIdOf(workspace.id),
  workspaceId: workspace.id,
  workspaceName: workspace.name,
  requestedBy,
  requestedAt: now.toISOString(),
  invoiceId: finalInvoiceIdOf(workspace.id),
  step: 'revokeAccess',
  started: false,
  doneAt: {},
  completedAt: null,
  purged: {},
  pageNumber: 0,
})
