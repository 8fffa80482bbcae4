import type { AccessPattern } from './access-pattern.ts'

/** Deletions, and the invoices that they leave. */
export const deletionPatterns: readonly AccessPattern[] = [
  {
    is: 'begin the deletion of a workspace',
    write: ['update Workspace', 'check Member', 'put Deletion', 'update Reader', 'update InvoicePointer'],
    indexWrites: 1,
  },
  { is: 'a deletion, for those who may see it', get: ['Deletion', 'Reader', 'Member'] },
  { is: 'note how far a deletion is', update: 'Deletion', indexWrites: 2 },
  { is: 'seal the usage of a workspace', update: 'UsageCounter', times: 'shards' },
  {
    is: 'issue the final invoice under the next number',
    write: ['update Deletion', 'put Invoice', 'update InvoiceNumber'],
    indexWrites: 3,
  },
  { is: 'an invoice, for those who may see it', get: ['Invoice', 'Reader'] },
  { is: 'the invoices that an account may see, newest first', query: 'InvoicePointer', andGet: ['Invoice'] },
  { is: 'who may read an invoice', query: 'Reader' },
  { is: 'note a payment, or what an invoice owes to the payment provider', update: 'Invoice', indexWrites: 2 },
  { is: 'owe or settle an invoice’s e-mail', update: 'Reader', indexWrites: 1 },
  { is: 'claim the e-mail of an invoice', write: ['update Reader', 'check MailBlock'] },
  { is: 'what the e-mail of an invoice is made of', get: ['Reader', 'Invoice', 'Account'] },
  { is: 'the e-mail of an invoice that a mail event is about', get: ['Reader'] },
  { is: 'note that the e-mail of an invoice bounced or was complained about', write: ['update Reader', 'put MailBlock'] },
  { is: 'an invoice, for those who may pay it', get: ['Invoice', 'Reader', 'PaymentTries'] },
  { is: 'take or end the turn at an invoice', write: ['update Invoice', 'update PaymentTries'] },
  { is: 'erase a page of what a workspace left (25 a call)', batch: 'remove' },
  { is: 'how far a deletion is', get: ['Deletion'] },
  { is: 'let an admin read a deletion and its invoice', write: ['update Reader', 'update InvoicePointer'], indexWrites: 1 },
  { is: 'end a step of a deletion; the last leaves a tombstone', write: ['update Deletion'], optional: ['put Workspace'], indexWrites: 2 },
  { is: 'what a final invoice is made of, beside the usage', get: ['Workspace', 'Billing'] },
  { is: 'the last invoice number', get: ['InvoiceNumber'] },
]
