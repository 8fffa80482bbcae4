import { isDeepStrictEqual } from 'node:util'
import { sumOf } from '#shared/domain/amounts.ts'
import { type Deletion, deletionSteps } from '#shared/domain/deletion.ts'
import { deletionIdOf, finalInvoiceIdOf } from '#shared/domain/ids.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import * as keys from '#shared/table/design/keys.ts'
import { leftoversOf } from '#test/support/departure.ts'
import { allRows, kindOf } from '#test/support/invariants.ts'
import type { Team } from './cast.ts'
import type { Frozen } from './frozen.ts'
import { Ledger } from './ledger.ts'
import type { StagedWorld } from './staged-world.ts'

/** A workspace's deletion and invoice as stored in the table. */
export function endOf({ bare }: StagedWorld, { id }: Team) {
  return bare.get({ deletion: keys.deletion(deletionIdOf(id)), invoice: keys.invoice(finalInvoiceIdOf(id)) })
}

/** The violations found in a deleted workspace. */
export async function problemsOfEnd(world: StagedWorld, team: Team, frozen: Frozen | undefined): Promise<string[]> {
  const { deletion, invoice } = await endOf(world, team)
  if (deletion?.step !== 'completed' || !invoice) return [`the deletion is at ${deletion?.step}`]
  const leftovers = await leftoversOf({ services: { table: world.bare } }, team.id)
  return [
    ...leftovers.map((row) => `left over: ${row}`),
    ...team.ledger.problemsOf(invoice.lines),
    ...moneyProblems(world, team, deletion, invoice),
    ...receiptProblems(deletion, invoice, frozen),
    ...(await readerProblems(world, invoice, frozen)),
  ].map((problem) => `${team.id}: ${problem}`)
}

const smallestCharge = 50

/** At most one charge, and exactly one if the card is good and the provider was not given up. */
function moneyProblems({ provider, services }: StagedWorld, team: Team, deletion: Deletion, invoice: Invoice): string[] {
  const charges = provider.charges(team.id).filter(({ status }) => status === 'succeeded')
  const { chargeSince = deletion.requestedAt, doneAt } = deletion
  const waited = (Date.parse(doneAt.chargeFinalInvoice ?? '') - Date.parse(chargeSince)) / 1_000
  const isGivenUp = waited >= services.settings.CHARGE_GIVE_UP_SECONDS
  const hasCard = team.cards === 'good' && !provider.lost.has(team.id)
  const mustBePaid = hasCard && !isGivenUp && (invoice.total === 0 || invoice.total >= smallestCharge)
  // This holds even if the provider was given up: the sweep has found out what it did last.
  const isClear = invoice.total === 0 || (invoice.status === 'paid') === (charges.length === 1)
  return [
    charges.length > 1 && `charged ${charges.length} times`,
    charges.some(({ amount }) => amount !== invoice.total) && 'charged another amount than the invoice says',
    invoice.attempt !== undefined && 'an attempt whose outcome nobody knows',
    isSettled(invoice) && invoice.billing && !invoice.detached && `${invoice.status}, and its method is still attached`,
    invoice.total > 0 && invoice.total < smallestCharge !== (invoice.status === 'waived') && `${invoice.status} over ${invoice.total}`,
    !isClear && `${invoice.status} with ${charges.length} charges`,
    invoice.total !== sumOf(invoice.lines.map(({ amount }) => amount)) && 'the total is not the sum of the lines',
    mustBePaid && invoice.status !== 'paid' && `a good card and the invoice is ${invoice.status}: ${invoice.failure}`,
  ].filter((problem) => typeof problem === 'string')
}

const isSettled = ({ status }: Invoice) => status !== 'open'

/**
 * The violations once everything could be paid: there must be one charge, unless the amount is too small, and no other intent that could be
 * charged.
 */
export async function problemsOfPayment(world: StagedWorld, team: Team): Promise<string[]> {
  const { invoice } = await endOf(world, team)
  const intents = world.provider.intents().filter(({ metadata }) => metadata.invoiceId === invoice?.id)
  const charges = world.provider.charges(team.id).filter(({ status }) => status === 'succeeded')
  const expected = (invoice?.total ?? 0) >= smallestCharge ? 1 : 0
  const alive = intents.filter(({ status }) => status !== 'canceled')
  // An intent whose creation went unanswered is lost with its customer: it is never confirmed.
  const isRight = charges.length === expected && (alive.length === expected || world.provider.lost.has(team.id))
  return isRight ? [] : [`${team.id}: at last ${alive.length} intents and ${charges.length} charges over ${invoice?.total}`]
}

/** The receipt: all steps are done, and each item was erased and counted once. */
function receiptProblems({ doneAt, purged }: Deletion, { lines }: Invoice, frozen: Frozen | undefined): string[] {
  const { usageCounter = 0, usageEvent = 0, ...rest } = purged
  const billed = Ledger.billed(lines).size
  return [
    deletionSteps.some((step) => !doneAt[step]) && 'a step is not done',
    !isDeepStrictEqual(rest, frozen?.counts) && `erased ${JSON.stringify(rest)} of ${JSON.stringify(frozen?.counts)}`,
    usageEvent !== billed && `erased ${usageEvent} events of ${billed} that are billed`,
    (usageCounter > 8 || (usageCounter === 0) !== (usageEvent === 0)) && `erased ${usageCounter} counters of ${usageEvent} events`,
  ].filter((problem) => typeof problem === 'string')
}

/** The former admins, and nobody else, may read the invoice; each of them was mailed it. */
async function readerProblems(world: StagedWorld, { id }: Invoice, frozen: Frozen | undefined): Promise<string[]> {
  const rows = (await allRows(world.bare)).filter((row) => kindOf(row) === 'Reader' && row.invoiceId === id)
  const readers = rows.map(({ accountId }) => accountId as string)
  return [
    ...(isDeepStrictEqual(readers.sort(), [...(frozen?.admins ?? [])].sort()) ? [] : [`${readers.length} readers are not the admins`]),
    ...rows.flatMap(({ mailed, accountId }) => (mailed ? [] : [`${accountId} was not mailed the invoice`])),
  ]
}

/** Invoices are numbered from 1 on, without gaps. */
export async function numberProblems({ bare }: StagedWorld): Promise<string[]> {
  const numbers = (await allRows(bare)).filter((row) => kindOf(row) === 'Invoice').map(({ number }) => number as string)
  const expected = numbers.map((_, i) => `ATR-${String(i + 1).padStart(6, '0')}`)
  return isDeepStrictEqual(numbers.sort(), expected) ? [] : [`invoices have the numbers ${numbers}`]
}
