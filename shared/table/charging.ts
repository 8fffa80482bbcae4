import { randomUUID } from 'node:crypto'
import type { Invoice } from '../domain/invoice.ts'
import { detachAt, owesDetach } from '../domain/owing.ts'
import { later } from '../domain/time.ts'
import { absent, all, any, atMost, type Change, type Condition, exists, is, oneOf } from './conditions.ts'
import * as keys from './design/keys.ts'
import { sweepAt } from './design/sweep-index.ts'
import type { Table } from './engine.ts'

/**
 * Every change of an invoice's payment; the rule of each is the condition of its write. An invoice has one intent at the provider at a
 * time. What becomes of an intent that may not be charged any more ends a round: the next has another intent, and another idempotency key.
 */

const unsettled: Condition = oneOf('status', ['open', 'uncollectible'])
const same = (attribute: string, value: unknown): Condition => (value === undefined ? absent(attribute) : is(attribute, value))
const sweptAt = ({ id }: Invoice, at: string) => sweepAt(id, at)
const sweepNoMore = ['gsi2pk', 'gsi2sk']

/** Nobody has been quicker since the invoice was read: neither with its intent nor with its round. */
const unchanged = ({ intentId, intentFailures }: Invoice): Condition =>
  all(unsettled, same('intentId', intentId), same('intentFailures', intentFailures))

const change = (table: Table, { id }: Invoice, changes: Change, condition: Condition): Promise<Invoice | undefined> =>
  table.change(keys.invoice(id), changes, condition)

/** What is known of an invoice at the provider from now on; undefined where somebody was quicker. */
export const noteProvider = (table: Table, invoice: Invoice, set: Partial<Pick<Invoice, 'account' | 'customerId' | 'intentSought'>>) =>
  change(table, invoice, { set }, all(unchanged(invoice), same('customerId', invoice.customerId)))

/**
 * Ends a round: its intent is canceled, or none came of it, or its customer is gone. Whoever is still at an attempt of that round cannot
 * charge any more, so that its outcome is clear. Undefined where somebody was quicker.
 */
export const endRound = (table: Table, invoice: Invoice, set: Partial<Pick<Invoice, 'account' | 'customerId'>> = {}) => {
  const next = { ...set, intentSought: true, intentFailures: (invoice.intentFailures ?? 0) + 1 }
  return change(table, invoice, { set: next, remove: ['intentId', 'attempt'] }, unchanged(invoice))
}

/** Who charges: the deletion's worker, until it has handed the invoice over, or somebody who pays. */
export type Charger = 'worker' | 'payer'

/** After so many seconds whoever began an attempt has been stopped (a worker runs for 60), and the provider has decided. */
const attemptSeconds = 75

/**
 * Stores the intent of an invoice, and with it the permission to confirm it: from here on nobody knows what comes of it until that is
 * noted, so that the sweep looks. The worker gets it only for an open invoice that it has not handed over, and the hand-over waits for the
 * end of what is returned here. Undefined where it is not given, or somebody was quicker.
 */
export const beginAttempt = (
  table: Table,
  invoice: Invoice,
  intent: Required<Pick<Invoice, 'intentId' | 'account'>>,
  by: Charger,
  now: Date,
) => {
  const id = randomUUID()
  const set = { ...intent, attempt: `${now.toISOString()} ${id}`, ...sweptAt(invoice, later(now, attemptSeconds)) }
  if (by === 'payer') return change(table, invoice, { set }, unchanged(invoice))
  const workerUntil = `${later(now, attemptSeconds)} ${id}`
  return change(table, invoice, { set: { ...set, workerUntil } }, all(unchanged(invoice), is('status', 'open'), absent('handedOver')))
}

/** Whether an attempt began so long ago that nobody can be at it. */
export const isOver = (attempt: string, now: Date): boolean => later(new Date(attempt.slice(0, 24)), attemptSeconds) <= now.toISOString()

/** The worker's attempt has come back without an outcome: it sends nothing more. */
export const endWorkerAttempt = (table: Table, { id, workerUntil }: Invoice) =>
  table.attempt(keys.invoice(id), { remove: ['workerUntil'] }, is('workerUntil', workerUntil))

/** From here on only `payInvoice` charges. False where the worker may still be at it. */
export const handOver = (table: Table, { id }: Invoice, now: Date): Promise<boolean> =>
  table.attempt(keys.invoice(id), { set: { handedOver: true } }, any(absent('workerUntil'), atMost('workerUntil', now.toISOString())))

/** What an attempt came to. */
export type ChargeOutcome = Partial<Pick<Invoice, 'status' | 'paidAt' | 'payment' | 'failure'>>

/** Notes that nobody owes anything any more: paid or waived, which stays so. Undefined where it was settled already. */
export function noteSettled(table: Table, invoice: Invoice, outcome: ChargeOutcome, now: Date) {
  const owes = owesDetach(invoice)
  const set = { ...outcome, ...(owes && sweptAt(invoice, later(now, sweepDelaySeconds))) }
  return change(table, invoice, { set, remove: ['attempt', 'workerUntil', ...(owes ? [] : sweepNoMore)] }, unsettled)
}

/** Notes an outcome after which the invoice is still owed. What another attempt has begun meanwhile stays unclear. */
export async function noteUnpaid(table: Table, invoice: Invoice, outcome: ChargeOutcome, now: Date) {
  const after = { ...invoice, ...outcome }
  const dueAt = owesDetach(after) ? detachAt(after, later(now, sweepDelaySeconds)) : undefined
  const set = { ...outcome, ...(dueAt && sweptAt(invoice, dueAt)) }
  const remove = ['attempt', 'workerUntil', ...(dueAt ? [] : sweepNoMore)]
  const own = await change(table, invoice, { set, remove }, all(unsettled, same('attempt', invoice.attempt)))
  return own ?? change(table, invoice, { set: { ...outcome } }, unsettled)
}

/** How long the sweep leaves what is owed to the provider to whoever began it, in seconds. */
const sweepDelaySeconds = 60

/** The payment method is detached. */
export const noteDetached = async (table: Table, { id }: Invoice): Promise<void> => {
  const set = { detached: true }
  if (await table.attempt(keys.invoice(id), { set, remove: sweepNoMore }, absent('attempt'))) return
  await table.attempt(keys.invoice(id), { set }, exists('pk'))
}

/** Says when the sweep looks at an invoice again; never, where nothing is due. A change since it was read has said so itself. */
export const lookAgain = (table: Table, invoice: Invoice, at: string | undefined) =>
  table.attempt(
    keys.invoice(invoice.id),
    at === undefined ? { remove: sweepNoMore } : { set: sweptAt(invoice, at) },
    all(exists('pk'), same('attempt', invoice.attempt), is('status', invoice.status)),
  )
