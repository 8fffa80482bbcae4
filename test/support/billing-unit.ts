import type { Invoice } from '#shared/domain/invoice.ts'
import type { Intent, Payments } from '#shared/payments/payments.ts'
import type { Key } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import { put, type Table } from '#shared/table/engine.ts'
import { memoryTable } from './memory-table.ts'

/**
 * Test doubles for the use cases of shared/billing in tests that must run in milliseconds: a table in memory and a provider that accepts
 * everything.
 */

/** The time at which everything starts. */
export const start = new Date('2026-11-24T10:00:00.000Z')
export const isoAt = (seconds: number): string => new Date(start.getTime() + seconds * 1_000).toISOString()

const body = '0'.repeat(26)
export const [workspaceId, invoiceId, accountId] = [`ws_${body}`, `in_${body}`, `acc_${body}`] as const

/** An open invoice over 7 USD. */
export const openInvoice: Invoice = {
  id: invoiceId,
  number: 'ATR-000001',
  kind: 'final',
  workspaceId,
  workspaceName: 'Blue Team',
  status: 'open',
  periodStart: '2026-11-01T00:00:00.000Z',
  periodEnd: isoAt(0),
  currency: 'usd',
  minorDigits: 2,
  lines: [{ meter: 'storage', description: 'Storage', quantity: '100', unitPrice: '0.07', amount: 700 }],
  total: 700,
  issuedAt: isoAt(0),
  paidAt: null,
  payment: null,
  failure: null,
}

/** A workspace's payment method at the provider. */
export const billing = { provider: 'stripe', account: 'acct_1 test', customerId: 'cus_kept', paymentMethodId: 'pm_kept' }

export const intent = (status: Intent['status'], id = 'pi_1'): Intent => ({ id, status })

/**
 * A payment provider that accepts everything and records what it was asked. A function that a test puts into `instead` answers in its place
 * until it is removed.
 */
export function agreeingProvider(instead: Partial<Payments> = {}) {
  const asked: (readonly [name: keyof Payments, ...given: unknown[]])[] = []
  let [customers, intents] = [0, 0]
  const agrees: Payments = {
    provider: 'stripe',
    account: async () => 'acct_1 test',
    mostAtOnce: async () => 99_999_999,
    attach: async (_, paymentMethodId) => ({ paymentMethodId, brand: 'visa', last4: '4242' }),
    detach: async () => {},
    createCustomer: async () => `cus_${++customers}`,
    findIntent: async () => undefined,
    createIntent: async () => intent('open', `pi_${++intents}`),
    readIntent: async (id) => intent('open', id),
    cancelIntent: async (id) => intent('canceled', id),
    confirm: async (id) => intent('succeeded', id),
  }
  const noted =
    <A extends unknown[], R>(name: keyof Payments, ask: () => (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> => {
      asked.push([name, ...given])
      return ask()(...given)
    }
  const payments: Payments = {
    provider: agrees.provider,
    account: noted('account', () => instead.account ?? agrees.account),
    mostAtOnce: noted('mostAtOnce', () => instead.mostAtOnce ?? agrees.mostAtOnce),
    attach: noted('attach', () => instead.attach ?? agrees.attach),
    detach: noted('detach', () => instead.detach ?? agrees.detach),
    createCustomer: noted('createCustomer', () => instead.createCustomer ?? agrees.createCustomer),
    findIntent: noted('findIntent', () => instead.findIntent ?? agrees.findIntent),
    createIntent: noted('createIntent', () => instead.createIntent ?? agrees.createIntent),
    readIntent: noted('readIntent', () => instead.readIntent ?? agrees.readIntent),
    cancelIntent: noted('cancelIntent', () => instead.cancelIntent ?? agrees.cancelIntent),
    confirm: noted('confirm', () => instead.confirm ?? agrees.confirm),
  }
  return {
    payments,
    asked,
    instead,
    ways: () => asked.map(([name]) => name),
    of: (name: keyof Payments) => asked.filter(([each]) => each === name),
  }
}

/** A table in memory with an invoice in it, a provider, and a clock that only moves when told to. */
export async function billed(over: Partial<Invoice> = {}, instead: Partial<Payments> = {}) {
  const table = memoryTable()
  const time = { now: start }
  await place(table, keys.invoice(invoiceId), { ...openInvoice, ...over })
  const invoice = async (): Promise<Invoice> => {
    const found = await table.get(keys.invoice(invoiceId))
    if (!found) throw new Error('The invoice is gone')
    return found
  }
  return {
    table,
    provider: agreeingProvider(instead),
    clock: () => time.now,
    pass: (seconds: number) => {
      time.now = new Date(time.now.getTime() + seconds * 1_000)
    },
    invoice,
    /** The invoice's item as stored, with the attributes that the sweep uses. */
    row: async () => ({ ...(await table.get(keys.invoice(invoiceId))) }),
    /** Changes the invoice, as another process would. */
    meanwhile: async (set: object, remove: readonly string[] = []) => {
      await table.change(keys.invoice(invoiceId), { set: { ...set }, remove })
    },
  }
}
export type Billed = Awaited<ReturnType<typeof billed>>

/** Puts an item into a table. */
export const place = <T>(table: Table, key: Key<T>, item: NoInfer<T>): Promise<void> => table.write(put(key, item))

/** Returns what a piece of work throws; undefined if it does not throw. */
export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

/** A double that always throws the given error. */
export const failing = (error: Error) => async (): Promise<never> => {
  throw error
}
