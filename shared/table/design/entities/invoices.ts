import type { Deletion } from '../../../domain/deletion.ts'
import type { Invoice, Reader } from '../../../domain/invoice.ts'
import { entity, type Item } from '../entity.ts'

interface InvoiceNumber {
  readonly last: number
}

export const deletion = /* @__PURE__ */ entity({
  is: 'a deletion: its steps and counts; stays' as Item<Deletion>,
  pk: 'DELETION#<deletionId>',
  sk: 'DELETION',
  swept: true,
})

export const invoice = /* @__PURE__ */ entity({
  is: 'an invoice, and what it owes to the payment provider; stays' as Item<Invoice>,
  pk: 'INVOICE#<invoiceId>',
  sk: 'INVOICE',
  swept: true,
})

export const reader = /* @__PURE__ */ entity({
  is: 'who may read an invoice and its deletion, and whether its e-mail is owed; stays' as Item<Reader>,
  pk: 'INVOICE#<invoiceId>',
  sk: 'READER#<accountId>',
  swept: true,
})

export const invoiceNumber = /* @__PURE__ */ entity({
  is: 'the last invoice number that was given' as Item<InvoiceNumber>,
  pk: 'COUNTER',
  sk: 'INVOICE',
})
