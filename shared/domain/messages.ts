/** Work for the mailer: ids only, so that a message that is late, duplicated or leaked reveals and does nothing. */
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

/** Continues a deletion, wherever it is. */
export interface DeletionWork {
  readonly deletionId: string
}

/** Settles what an invoice owes to the payment provider, even long after the deletion. */
export interface InvoiceWork {
  readonly invoiceId: string
}

/** Copies a person's e-mail and name into their member rows, from the first or from where an earlier run stopped. */
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
