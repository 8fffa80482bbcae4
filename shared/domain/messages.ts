/** What is asked of the mailer: ids only, so that a message that is late, doubled or leaked says and does nothing. */
export interface InvitationMail {
  readonly kind: 'invitation'
  readonly invitationId: string
  readonly sendCount: number
}

/** The final invoice, to one of those who may read it. */
export interface InvoiceMail {
  readonly kind: 'invoice'
  readonly invoiceId: string
  readonly accountId: string
}

/** Goes on with a deletion, wherever it is. */
export interface DeletionWork {
  readonly deletionId: string
}

/** Settles what an invoice owes to the payment provider, also long after the deletion. */
export interface InvoiceWork {
  readonly invoiceId: string
}

/** Carries what an account says of a person into their member rows: from the first, or on from where an earlier run had to stop. */
export interface AccountWork {
  readonly accountId: string
  readonly from?: { readonly began: string; readonly after: string }
}

/** Every queue that Atrium sends to, and the messages that it carries. */
export interface Messages {
  readonly mail: InvitationMail | InvoiceMail
  readonly deletion: DeletionWork | InvoiceWork
  readonly accounts: AccountWork
}

export type QueueName = keyof Messages
