import type { Deletion } from '../domain/deletion.ts'
import { draftInvoice, issued } from '../domain/invoice.ts'
import type { Billing } from '../domain/payment-method.ts'
import { priceBook } from '../domain/price-book.ts'
import { finishStep } from '../table/deletions.ts'
import * as keys from '../table/design/keys.ts'
import { issueWrites, lastInvoiceNumber } from '../table/invoices.ts'
import { sealUsage } from '../table/usage.ts'
import type { StepOutcome, Tools } from './step.ts'

/** Seals the counters and issues the invoice over their sums: every event is on it or was refused. */
export async function issueFinalInvoice(deletion: Deletion, { table, clock }: Tools): Promise<StepOutcome> {
  const { workspaceId, requestedAt } = deletion
  const { workspace, billing } = await table.get({ workspace: keys.workspace(workspaceId), billing: keys.billing(workspaceId) })
  if (workspace?.status === 'deleted') return 'done' // by another worker, since the deletion was read
  if (workspace?.status !== 'deleting') throw new Error('The workspace of this deletion is not being deleted')
  const usage = await sealUsage(table, workspace)
  const number = (await lastInvoiceNumber(table)) + 1
  const now = clock()
  const invoice = issued(
    draftInvoice(workspace, { usage, book: priceBook, at: requestedAt }),
    number,
    payerOf(billing),
    priceBook,
    now.toISOString(),
  )
  await table.write(finishStep(deletion, 'issueFinalInvoice', now), ...issueWrites(invoice, number, now))
  return 'done'
}

const payerOf = (billing: Billing | undefined): Billing | undefined => {
  if (!billing) return undefined
  const { provider, account, customerId, paymentMethodId, former } = billing
  return { provider, customerId, paymentMethodId, ...(account !== undefined && { account }), ...(former && { former }) }
}
