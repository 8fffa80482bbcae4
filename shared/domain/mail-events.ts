import type { Delivery } from './invitation.ts'
import type { MailBlock } from './mail-block.ts'

/** What the mail service tells of an e-mail after it took it. */
export type MailEventKind = 'bounced' | 'complained' | 'rejected' | 'delivered'

interface AboutEmail {
  readonly kind: MailEventKind
  /** The mail service's id of the e-mail: an event counts where it is that of the last send. */
  readonly messageId: string
}

/** One such event about the e-mail of an invitation: ids only, no address. */
export interface InvitationMailEvent extends AboutEmail {
  readonly invitationId: string
  readonly sendCount: number
}

/** One about the e-mail of an invoice to one of its readers. */
export interface InvoiceMailEvent extends AboutEmail {
  readonly invoiceId: string
  readonly accountId: string
}

export type MailEvent = InvitationMailEvent | InvoiceMailEvent

/** What an event changes about an invitation, or about an invoice for one of its readers. */
interface MailEventOutcome {
  readonly shows: Delivery
  /** What it may take the place of. Bad news is never overwritten by better, in whatever order events come. */
  readonly over: readonly Delivery[]
  /** Why the address is not written to for a while. */
  readonly blocks?: MailBlock['reason']
}

/**
 * The consequence of each event. A rejected e-mail (a virus was found) never went out, which says nothing about the address. That one
 * was delivered changes nothing: it is `sent` already, and an address can complain later.
 */
export const outcomeOf: { readonly [K in MailEventKind]: MailEventOutcome | undefined } = {
  bounced: { shows: 'bounced', over: ['sent', 'suppressed'], blocks: 'bounced' },
  complained: { shows: 'complained', over: ['sent', 'suppressed', 'bounced'], blocks: 'complained' },
  rejected: { shows: 'suppressed', over: ['sent'] },
  delivered: undefined,
}

/** For how long an address that bounced or complained is not written to, in seconds. */
export const mailBlockSeconds = 86_400
