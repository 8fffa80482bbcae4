import { byMeter } from '#shared/domain/bill.ts'
import { formatMicro } from '#shared/domain/decimal.ts'
import type { Deletion } from '#shared/domain/deletion.ts'
import { deletionView } from '#shared/domain/deletion.ts'
import { isDead } from '#shared/domain/dismissals.ts'
import { deletionIdOf, finalInvoiceIdOf } from '#shared/domain/ids.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import type { Invoice, Reader } from '#shared/domain/invoice.ts'
import { detachAt, owesDetach } from '#shared/domain/owing.ts'
import type { Billing } from '#shared/domain/payment-method.ts'
import type { Workspace } from '#shared/domain/workspace.ts'
import * as keys from '#shared/table/design/keys.ts'
import type { Table } from '#shared/table/engine.ts'
import { listInvitationRows } from '#shared/table/invitations.ts'
import { listReaders } from '#shared/table/invoices.ts'
import { listMembers } from '#shared/table/members.ts'
import { readUsage } from '#shared/table/usage.ts'

/** `bob@example.com` → `b***@example.com`: enough to recognize, not enough to write to. */
export const masked = (email: string): string => `${[...email][0] ?? ''}***${email.slice(email.lastIndexOf('@'))}`

const line = (name: string, ...parts: readonly unknown[]): string => [name.padEnd(12), ...parts.filter(Boolean)].join(' ')

/**
 * What support needs to know about a workspace, one fact per line: its status and counts, what happened to the e-mails, how far its
 * deletion is, its invoices. No secret, no hash, no full address. Undefined if there never was such a workspace.
 */
export async function supportReport(table: Table, workspaceId: string): Promise<string[] | undefined> {
  const invoiceId = finalInvoiceIdOf(workspaceId)
  const { workspace, billing, deletion, invoice } = await table.get({
    workspace: keys.workspace(workspaceId),
    billing: keys.billing(workspaceId),
    deletion: keys.deletion(deletionIdOf(workspaceId)),
    invoice: keys.invoice(invoiceId),
  })
  if (!workspace) return undefined
  return [
    line('workspace', workspace.id, workspace.status),
    ...(workspace.status === 'deleted' ? [] : await contents(table, workspace, billing)),
    ...(deletion ? deletionLines(deletion) : []),
    ...(invoice ? await aboutInvoice(table, invoice) : [line('invoices', 'none issued')]),
  ]
}

async function contents(table: Table, workspace: Workspace, billing: Billing | undefined): Promise<string[]> {
  const { name, createdAt, createdBy, memberCount, adminCount, apiKeyCount } = workspace
  const invitations = (await listInvitationRows(table, workspace.id)).filter(({ status }) => status !== 'accepted')
  const admins = (await listMembers(table, workspace.id)).filter(({ role }) => role === 'admin')
  const usage = [...byMeter(await readUsage(table, workspace))].map(([meter, quantity]) => `${meter} ${formatMicro(quantity)}`)
  return [
    line('name', name),
    line('created', createdAt, 'by', createdBy),
    line('members', memberCount, `(admins: ${adminCount})`),
    ...(await people(table, admins)),
    line('API keys', String(apiKeyCount)),
    line('usage', usage.join(', ') || 'none', 'that is not billed yet'),
    line('payment', billing ? `${billing.provider} ${billing.brand ?? ''} ${billing.last4 ? `…${billing.last4}` : ''}` : 'no method'),
    line('invitations', String(invitations.filter((each) => !isDead(each, workspace)).length), 'pending'),
    ...invitations.map((invitation) => invitationLine(invitation, isDead(invitation, workspace))),
  ]
}

const invitationLine = ({ id, email, role, delivery, sendCount, lastSentAt, expiresAt, outbox }: Invitation, dead: boolean): string =>
  line(
    '',
    id,
    masked(email),
    role,
    `${delivery}${outbox ? ' (owed)' : ''},`,
    `e-mails: ${sendCount}, last ${lastSentAt}, expires ${expiresAt}`,
    dead && '(dead: whoever sent it was removed or demoted)',
  )

function deletionLines(deletion: Deletion): string[] {
  const { id, status, requestedAt, requestedBy, completedAt, steps, purgedItems } = deletionView(deletion)
  const { chargeAttempts, nextAttemptAt } = deletion
  return [
    line('deletion', id, status),
    line('', 'requested', requestedAt, 'by', requestedBy, completedAt && `completed ${completedAt}`),
    ...steps.map((step) => line('', step.name, step.status, step.at)),
    ...(chargeAttempts ? [line('', `payment provider asked ${chargeAttempts} times,`, nextAttemptAt && `again at ${nextAttemptAt}`)] : []),
    line('', 'items erased', String(purgedItems)),
  ]
}

/** Addresses that can be written to: an address that was never verified receives invitations only. */
async function people(table: Table, those: readonly { readonly accountId: string }[]): Promise<string[]> {
  const accounts = await table.get(those.map(({ accountId }) => keys.account(accountId)))
  return accounts.flatMap((account) =>
    account
      ? line('', account.id, masked(account.email), account.emailVerified ? 'verified' : 'not verified: gets no e-mail but invitations')
      : [],
  )
}

async function aboutInvoice(table: Table, invoice: Invoice): Promise<string[]> {
  const readers = await listReaders(table, invoice.id)
  const owed = owedToProvider(invoice).map((what) => line('', 'owed to the provider:', what))
  return [...invoiceLines(invoice, readers), ...(await people(table, readers)), ...owed]
}

/** What the sweep still has to do at the payment provider. */
function owedToProvider(invoice: Invoice): string[] {
  const { attempt, issuedAt, status } = invoice
  const isOwed = owesDetach(invoice) && (status !== 'open' || issuedAt !== null)
  return [
    ...(attempt ? [`a look at the attempt of ${attempt.slice(0, 24)}, whose outcome is unknown`] : []),
    ...(isOwed ? [`the payment method is detached from ${detachAt(invoice, issuedAt ?? '')} on`] : []),
  ]
}

function invoiceLines(invoice: Invoice, readers: readonly Reader[]): string[] {
  const { id, number, status, total, currency, issuedAt, paidAt, failure, payment } = invoice
  const owed = readers.filter(({ outbox }) => outbox).length
  return [
    line('invoices', id, number, status, `${total} ${currency} (minor units)`),
    line(
      '',
      'issued',
      issuedAt,
      paidAt && `paid ${paidAt}`,
      payment && `${payment.provider} ${payment.reference}`,
      failure && `refused: ${failure}`,
    ),
    line('', 'readers:', String(readers.length), owed > 0 && `e-mails owed: ${owed}`),
  ]
}
