import type { Invoice } from '../domain/invoice.ts'
import { failureOf, type PaymentRefusalReason } from '../domain/payment-failure.ts'
import { PaymentRefused, type Payments, ProviderAway, ProviderFailed, ProviderRejectsUs } from '../payments/payments.ts'
import { beginAttempt, type Charger, endRound, endWorkerAttempt, noteProvider, noteSettled, noteUnpaid } from '../table/charging.ts'
import type { Table } from '../table/engine.ts'
import { readInvoice } from '../table/invoices.ts'

/** What charging takes. */
export interface Charging {
  readonly table: Table
  readonly payments: Payments
  readonly clock: () => Date
  readonly by: Charger
}

/** The result of a charge: the invoice afterwards, and why this attempt was refused, if it was. */
export interface Charged {
  readonly invoice: Invoice
  readonly refusal?: PaymentRefusalReason
}

/** How often an invoice's intent or customer may turn out to be gone or changed within one charge. */
const rounds = 5

/**
 * Charges an invoice that is open or uncollectible, at most once whatever fails: at any time it has one intent at the provider, whose id is
 * stored before it is confirmed, which succeeds once, and which another replaces only after the provider says that it is canceled. Throws
 * `ProviderAway` where nobody knows yet: the sweep looks what became of it, and it may be called again.
 */
export async function chargeInvoice(charging: Charging, invoice: Invoice, paymentMethodId: string): Promise<Charged> {
  let seen: Invoice | undefined = invoice
  for (let round = 0; seen && round < rounds; round++) {
    if (!mayCharge(seen, charging.by)) return { invoice: seen }
    const charged = await chargeSeen(charging, seen, paymentMethodId)
    if (charged) return charged
    seen = await readInvoice(charging.table, invoice.id)
  }
  throw new ProviderAway('The payments of the invoice at the provider keep changing')
}

const mayCharge = ({ status, handedOver }: Invoice, by: Charger): boolean =>
  by === 'worker' ? status === 'open' && !handedOver : status === 'open' || status === 'uncollectible'

/** One try on what was read; undefined if that has changed meanwhile, by us or by others. */
async function chargeSeen(charging: Charging, seen: Invoice, paymentMethodId: string): Promise<Charged | undefined> {
  const { table, payments, clock, by } = charging
  const account = await ownAccount(payments, seen.account ?? seen.billing?.account)
  // An attempt that was already there is somebody else's.
  let invoice: Invoice | undefined = { ...seen, attempt: undefined }
  try {
    invoice = await withCustomer(charging, invoice, account)
    const intentId = invoice && (invoice.intentId ?? (await intentOf(charging, invoice, account)))
    invoice = invoice && intentId ? await beginAttempt(table, invoice, { intentId, account }, by, clock()) : undefined
    return invoice && (await confirm(charging, invoice, paymentMethodId))
  } catch (error) {
    if (!invoice || !(error instanceof PaymentRefused)) throw error
    if (error.reason.kind === 'customerMissing') return replaceCustomer(charging, invoice, account)
    return noteRefusal(charging, invoice, error.reason)
  }
}

/** The account that our key is for; throws where an id of another account would be asked for, which is not gone but out of reach. */
export async function ownAccount(payments: Payments, account: string | undefined): Promise<string> {
  const own = await payments.account()
  // What was noted without an account, before accounts were, counts as of the current one.
  if (account !== undefined && account !== own)
    throw new ProviderRejectsUs(`This belongs to the account ${account}, but our key belongs to ${own}`)
  return own
}

const customerOf = ({ customerId, billing }: Invoice): string | undefined => customerId ?? billing?.customerId

async function withCustomer({ table, payments }: Charging, invoice: Invoice, account: string): Promise<Invoice | undefined> {
  if (customerOf(invoice)) return invoice
  return noteProvider(table, invoice, { customerId: await payments.createCustomer(invoice.workspaceId), account })
}

/** An intent that an earlier attempt may have left at the provider, else a new one; undefined where somebody was quicker. */
async function intentOf({ table, payments }: Charging, invoice: Invoice, account: string): Promise<string | undefined> {
  const customerId = customerOf(invoice) ?? ''
  const left = invoice.intentSought ? await payments.findIntent(customerId, invoice.id) : undefined
  if (left) return left.id
  if (!invoice.intentSought && !(await noteProvider(table, invoice, { intentSought: true, account }))) return undefined
  const { id: invoiceId, workspaceId, total, currency, intentFailures: round = 0 } = invoice
  const request = { customerId, invoiceId, workspaceId, amount: Number(total), currency, round }
  const intent = await payments.createIntent(request).catch(async (error) => {
    if (error instanceof ProviderFailed) await endRound(table, invoice)
    throw error
  })
  return intent.id
}

/** Confirms the intent of an attempt that has begun, and notes what came of it. */
async function confirm({ table, payments, clock, by }: Charging, invoice: Invoice, paymentMethodId: string) {
  const { intentId: reference = '' } = invoice
  try {
    const { status } = await payments.confirm(reference, paymentMethodId)
    if (status === 'succeeded') return { invoice: await notePaid(table, payments, { invoice, now: clock() }) }
    if (status !== 'canceled') throw new ProviderAway('The payment provider is still processing the payment')
    await endRound(table, invoice)
    return undefined
  } catch (error) {
    if (by === 'worker' && error instanceof ProviderAway) await endWorkerAttempt(table, invoice)
    throw error
  }
}

/** Notes that an invoice is paid, by its intent. Answers it as it is then. */
export async function notePaid(table: Table, { provider }: Payments, { invoice, now }: { invoice: Invoice; now: Date }): Promise<Invoice> {
  const payment = { provider, reference: invoice.intentId ?? '' }
  const paid = await noteSettled(table, invoice, { status: 'paid', paidAt: now.toISOString(), payment, failure: null }, now)
  return paid ?? current(table, invoice)
}

/**
 * Only a refusal by the card or its bank makes an invoice uncollectible. Too small an amount is waived; anything else leaves the invoice as
 * it is and says why.
 */
async function noteRefusal({ table, clock }: Charging, invoice: Invoice, refusal: PaymentRefusalReason): Promise<Charged> {
  if (refusal.kind === 'tooSmall') {
    const waived = await noteSettled(table, invoice, { status: 'waived', failure: null }, clock())
    return { invoice: waived ?? (await current(table, invoice)) }
  }
  const noted = await noteUnpaid(table, invoice, refusedAs(refusal), clock())
  return { invoice: noted ?? (await current(table, invoice)), refusal }
}

/** What an invoice becomes whose payment is refused for a reason. */
export const refusedAs = (refusal: PaymentRefusalReason): Partial<Pick<Invoice, 'status' | 'failure'>> => ({
  failure: failureOf(refusal),
  ...(refusal.kind === 'declined' && { status: 'uncollectible' }),
})

async function current(table: Table, invoice: Invoice): Promise<Invoice> {
  return (await readInvoice(table, invoice.id)) ?? invoice
}

/**
 * A customer that is gone takes its intent along. Only once it is certain that the old intent can no longer be charged is there another.
 */
async function replaceCustomer({ table, payments, clock }: Charging, invoice: Invoice, account: string): Promise<Charged | undefined> {
  const left = invoice.intentId ? await payments.cancelIntent(invoice.intentId) : undefined
  if (left?.status === 'succeeded') return { invoice: await notePaid(table, payments, { invoice, now: clock() }) }
  if (left && left.status !== 'canceled') throw new ProviderAway('The payment provider is still processing the payment')
  await endRound(table, invoice, { customerId: await payments.createCustomer(invoice.workspaceId, customerOf(invoice)), account })
  return undefined
}
