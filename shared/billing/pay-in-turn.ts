import type { Invoice } from '../domain/invoice.ts'
import type { PaymentTries } from '../domain/payment-tries.ts'
import type { Payments } from '../payments/payments.ts'
import { changeInvoice, invoiceNotFound, readInvoiceToPay } from '../table/invoices.ts'
import { payWith } from './pay.ts'
import { requirePayments } from './payment-method.ts'
import { type Question, type Sight, takeTurn } from './take-turn.ts'

/** What paying changes of an invoice. */
type Paid = Pick<Invoice, 'status' | 'paidAt' | 'payment' | 'failure'>

interface Paying extends Pick<Question<object, Paid>, 'table' | 'clock' | 'now' | 'remaining' | 'accountId' | 'paymentMethodId'> {
  readonly payments: Payments | undefined
  /** The invoice as it was read first, and the account's tries. */
  readonly seen: ToPay
}

interface ToPay {
  readonly invoice: Invoice
  readonly tries: PaymentTries | undefined
}

/** Pays an invoice when the caller's turn comes; one that nothing is owed of any more is answered as it is. */
export async function payInTurn({ payments, seen, ...question }: Paying): Promise<Invoice> {
  if (!isOwed(seen.invoice)) return seen.invoice
  requirePayments(payments)
  const { table, accountId, paymentMethodId } = question
  const paid = await takeTurn<Invoice, Paid>({
    ...question,
    first: sightOf(seen),
    again: async () => sightOf(await readInvoiceToPay(table, seen.invoice.id, accountId)),
    settled: (invoice) => (isOwed(invoice) ? undefined : paidOf(invoice)),
    ask: async (invoice, begun) => {
      const { invoice: charged, refusal } = await payWith({ ...question, payments, now: begun }, invoice, paymentMethodId)
      return { answer: paidOf(charged), refused: refusal !== undefined }
    },
  })
  return { ...seen.invoice, ...paid }
}

const isOwed = ({ status }: Invoice): boolean => status === 'open' || status === 'uncollectible'

const paidOf = ({ status, paidAt, payment, failure }: Invoice): Paid => ({ status, paidAt, payment, failure })

/** Tries are counted on the invoice too. */
function sightOf(seen: ToPay | undefined): Sight<Invoice> {
  if (!seen) throw invoiceNotFound()
  const { invoice, tries } = seen
  return { line: { place: invoice, tries: invoice, write: (change, rule) => changeInvoice(invoice, change, rule) }, tries }
}
