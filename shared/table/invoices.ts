import { isId } from '../domain/ids.ts'
import type { Invoice, Reader } from '../domain/invoice.ts'
import { detachAt, owesDetach } from '../domain/owing.ts'
import type { Billing } from '../domain/payment-method.ts'
import type { PaymentTries } from '../domain/payment-tries.ts'
import { Refusal } from '../domain/refusals.ts'
import { later } from '../domain/time.ts'
import { absent, all, type Change, type Condition, exists, is } from './conditions.ts'
import * as collections from './design/collections.ts'
import * as keys from './design/keys.ts'
import { sweepAt } from './design/sweep-index.ts'
import { check, put, type Table, update, type Write } from './engine.ts'
import { changed } from './races.ts'

export const invoiceNotFound = (): Refusal =>
  new Refusal('invoice_not_found', 'This invoice does not exist, or you may not read it. Check the invoice id.')

/** The last invoice number that was given; the first invoice is number 1. */
export async function lastInvoiceNumber(table: Table): Promise<number> {
  return (await table.get(keys.invoiceNumber()))?.last ?? 0
}

/** The writes that issue an invoice under the next number: none is given twice or left out. Throws `Changed` on a race. */
export const issueWrites = (invoice: Invoice, number: number, now: Date): Write[] => [
  put(keys.invoice(invoice.id), { ...invoice, ...sweptForDetach(invoice, now) }, absent('pk'), changed),
  update(keys.invoiceNumber(), { set: { last: number } }, number === 1 ? absent('pk') : is('last', number - 1), changed),
]

/**
 * When the sweep looks what an invoice owes to the payment provider, as it is issued. An open one from before the sweep looked at invoices
 * has no such moment: its payment method stays attached until somebody pays it or tries to, which notes one.
 */
const sweptForDetach = (invoice: Invoice, now: Date) => owesDetach(invoice) && sweepAt(invoice.id, detachAt(invoice, later(now, 60)))

export const readInvoice = (table: Table, invoiceId: string): Promise<Invoice | undefined> => table.get(keys.invoice(invoiceId))

/** The invoice of an id from outside that an account may read: one round, strongly consistent; undefined where it may not, or there is none. */
export async function readInvoiceAs(table: Table, invoiceId: string, accountId: string): Promise<Invoice | undefined> {
  if (!isId('in', invoiceId)) return undefined
  const { invoice, reader } = await table.get({ invoice: keys.invoice(invoiceId), reader: keys.reader({ invoiceId, accountId }) })
  return reader && invoice
}

/** As `readInvoiceAs`, with the account's tries at paying: one round. */
export async function readInvoiceToPay(table: Table, invoiceId: string, accountId: string) {
  if (!isId('in', invoiceId)) return undefined
  const { invoice, reader, tries } = await table.get({
    invoice: keys.invoice(invoiceId),
    reader: keys.reader({ invoiceId, accountId }),
    tries: keys.paymentTries(accountId),
  })
  return invoice && reader && { invoice, tries }
}

/** A change of an invoice by whose turn it is. Throws `Changed` where it is not. */
export const changeInvoice = ({ id }: Invoice, change: Change, rule: Condition): Write => update(keys.invoice(id), change, rule, changed)

/** Somebody may read an invoice and its deletion, for ever. Can be written twice: an e-mail that is owed stays owed. */
export const readerWrites = (invoiceId: string, accountId: string, requestedAt: string): Write[] => [
  update(keys.reader({ invoiceId, accountId }), { set: { invoiceId, accountId } }),
  update(keys.invoicePointer({ accountId, requestedAt, invoiceId }), { set: { invoiceId } }),
]

/** All who may read an invoice. */
export const listReaders = (table: Table, invoiceId: string): Promise<Reader[]> => table.queryAll(collections.readers(invoiceId))

/** Notes that the invoice's e-mail is owed to a reader who has not had it; the sweep looks again `seconds` later. */
export const oweInvoiceMail = (table: Table, { invoiceId, accountId }: Reader, now: Date, seconds: number) =>
  table.attempt(
    keys.reader({ invoiceId, accountId }),
    { set: { outbox: true, ...sweepAt(accountId, later(now, seconds)) } },
    all(exists('pk'), absent('mailed')),
  )

/** One page of the invoices that an account may read, newest first; those that are not issued yet are left out. */
export async function listInvoicesOf(table: Table, accountId: string, limit: number, after: string | undefined) {
  const { items, next } = await table.page(collections.invoicePointers(accountId), limit, after)
  const found = await table.get(items.map(({ invoiceId }) => keys.invoice(invoiceId)))
  return { invoices: found.filter((invoice) => invoice !== undefined), next }
}

/** What setting a payment method is decided on, beside the workspace itself. */
export interface BesideWorkspace {
  readonly billing: Billing | undefined
  readonly tries: PaymentTries | undefined
}

/** The payment method of a workspace, and the tries of who sets it: one round. */
export const readBillingWithTries = (table: Table, workspaceId: string, accountId: string): Promise<BesideWorkspace> =>
  table.get(besideWorkspace(workspaceId, accountId))

const besideWorkspace = (workspaceId: string, accountId: string) => ({
  billing: keys.billing(workspaceId),
  tries: keys.paymentTries(accountId),
})

/** As `readBillingWithTries`, and the workspace, whose turn it may be. */
export const readWorkspaceWithBilling = (table: Table, workspaceId: string, accountId: string) =>
  table.get({ workspace: keys.workspace(workspaceId), beside: besideWorkspace(workspaceId, accountId) })

/** The payment method is the one that was read. */
const asRead = (seen: Billing | undefined): Condition => (seen ? is('paymentMethodId', seen.paymentMethodId) : absent('pk'))

/** Lets a write pass while the payment method of a workspace is the one that was read; else `Changed`. */
export const sameBilling = (workspaceId: string, seen: Billing | undefined): Write =>
  check(keys.billing(workspaceId), asRead(seen), changed)

/** Puts a payment method in place of the one that was read, which is kept as a former one. Throws `Changed` on a race. */
export const putBilling = (workspaceId: string, billing: Billing, seen: Billing | undefined): Write =>
  put(keys.billing(workspaceId), { ...billing, ...formerOf(billing, seen) }, asRead(seen), changed)

/** How many former payment methods are kept: far more than can be left attached. */
const mostFormer = 20

function formerOf({ paymentMethodId }: Billing, seen: Billing | undefined): Pick<Billing, 'former'> {
  const former = seen ? [seen.paymentMethodId, ...(seen.former ?? [])].filter((id) => id !== paymentMethodId) : []
  return former.length > 0 ? { former: former.slice(0, mostFormer) } : {}
}
