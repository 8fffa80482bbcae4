import * as z from 'zod/mini'
import type { Amount } from './amounts.ts'
import { bill, byMeter, periodOf, type Usage } from './bill.ts'
import { finalInvoiceIdOf } from './ids.ts'
import type { Delivery } from './invitation.ts'
import type { Billing } from './payment-method.ts'
import type { PaymentTries } from './payment-tries.ts'
import type { InTurn } from './payment-turns.ts'
import type { PriceBook } from './price-book.ts'
import { decimal, id, minorUnits, workspaceIdSchema } from './schemas.ts'
import { instantSchema } from './time.ts'
import type { Workspace } from './workspace.ts'

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'waived'

export interface InvoiceLine {
  readonly meter: string
  readonly description: string
  readonly quantity: string
  readonly unitPrice: string
  /** Minor units. */
  readonly amount: Amount
}

/** An invoice is immutable once issued, apart from its payment. */
export interface Invoice extends InTurn, PaymentTries {
  readonly id: string
  /** Null while it is a draft. */
  readonly number: string | null
  readonly kind: 'final' | 'period'
  readonly workspaceId: string
  readonly workspaceName: string
  readonly status: InvoiceStatus
  readonly periodStart: string
  readonly periodEnd: string
  readonly currency: string
  /** The decimals of its amounts, frozen when it is issued; an older invoice has none: they follow from its currency. */
  readonly minorDigits?: number
  readonly lines: readonly InvoiceLine[]
  /** Minor units. */
  readonly total: Amount
  readonly issuedAt: string | null
  readonly paidAt: string | null
  readonly payment: { readonly provider: string; readonly reference: string } | null
  readonly failure: string | null
  /** What it is charged to: copied at issue, because the workspace's own data is purged. */
  readonly billing?: Billing
  /** The provider's account and mode that customer and intent belong to; missing on older invoices, which count as of the current one. */
  readonly account?: string
  /** The customer to charge if it is not (or no longer) that of `billing`. */
  readonly customerId?: string
  /** The one PaymentIntent of the invoice. */
  readonly intentId?: string
  /** Set once an unknown PaymentIntent may exist: look for it before you create one. */
  readonly intentSought?: boolean
  /** How many intents failed to be created or were canceled. */
  readonly intentFailures?: number
  /** Present while the outcome of an attempt to charge is unknown: when the attempt began, and an id. */
  readonly attempt?: string | undefined
  /** The latest time until which the deletion's worker may be charging, followed by the attempt's id. */
  readonly workerUntil?: string
  /** The deletion's worker no longer charges it: only `payInvoice` does. */
  readonly handedOver?: boolean
  /** The payment method of `billing` is detached at the provider. */
  readonly detached?: boolean
}

/** Somebody who may read an invoice and its deletion for good. */
export interface Reader {
  readonly invoiceId: string
  readonly accountId: string
  /** Present while the invoice's e-mail is owed to them. */
  readonly outbox?: true
  /** Until then a mailer has the e-mail for itself. */
  readonly claimedUntil?: string
  /** Whether it was sent; false if it must not be. Present once nothing is owed any more. */
  readonly mailed?: boolean
  /** SES's id of the e-mail, and the mailbox it went to: that one is blocked if it bounces. */
  readonly messageId?: string
  readonly mailbox?: string
  readonly delivery?: Delivery
}

export const invoiceShape = z
  .object({
    id: id('in', 'an invoice'),
    number: z.nullable(z.string()).register(z.globalRegistry, { description: 'Consecutive, in order of issue; null for a draft' }),
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

export const invoiceView = (invoice: Invoice) => ({ ...invoice, lines: [...invoice.lines] })

/** What a deletion at `at` would bill: all usage not yet billed, one line for each meter. A draft has no number and no date of issue. */
export function draftInvoice(workspace: Workspace, { usage, book, at }: { usage: Usage; book: PriceBook; at: string }): Invoice {
  return {
    ...bill(byMeter(usage), book),
    id: finalInvoiceIdOf(workspace.id),
    number: null,
    kind: 'final',
    workspaceId: workspace.id,
    workspaceName: workspace.name,
    status: 'draft',
    ...periodOf(usage, workspace.createdAt, at),
    currency: book.currency,
    minorDigits: book.minorDigits,
    issuedAt: null,
    paidAt: null,
    payment: null,
    failure: null,
  }
}

/**
 * Issues a draft: an invoice over nothing is paid at once, one below the minimum charge is waived, any other is open. Says when to detach
 * its payment method, if it has one: the sweep finds that, whatever happens to the workspace.
 */
export function issued(draft: Invoice, number: number, billing: Billing | undefined, { minimumCharge }: PriceBook, issuedAt: string) {
  const status = draft.total === 0 ? 'paid' : draft.total < minimumCharge ? 'waived' : 'open'
  const payment = { status, paidAt: status === 'paid' ? issuedAt : null } as const
  return { ...draft, ...payment, number: `ATR-${String(number).padStart(6, '0')}`, issuedAt, ...(billing && { billing }) }
}
