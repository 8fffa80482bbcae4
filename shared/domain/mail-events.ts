import type { Delivery } from './invitation.ts'
import type { MailBlock } from './mail-block.ts'

/** What the mail service reports about an e-mail that it has accepted. */
export type MailEventKind = 'bounced' | 'complained' | 'rejected' | 'delivered'

interface AboutEmail {
  readonly kind: MailEventKind
  /** The mail service's id of the e-mail: an event counts only for the last send. */
  readonly messageId: string
}

/** An event about an invitation's e-mail: ids only, no address. */
export interface InvitationMailEvent extends AboutEmail {
  readonly invitationId: string
  readonly sendCount: number
}

/** An event about an invoice's e-mail to one of its readers. */
export interface InvoiceMailEvent extends AboutEmail {
  readonly invoiceId: string
  readonly accountId: string
}

export type MailEvent = InvitationMailEvent | InvoiceMailEvent

/** What an event changes about an invitation, or about an invoice for one of its readers. */
interface MailEventOutcome {
  readonly shows: Delivery
  /** What it may replace. Good news never overwrites bad news, in whatever order events arrive. */
  readonly over: readonly Delivery[]
  /** Why nothing is mailed to the address for a while. */
  readonly blocks?: MailBlock['reason']
}

/**
 * The consequence of each event. A rejected e-mail (a virus was found) was never sent, which says nothing about the address. A delivery
 * changes nothing: the e-mail is `sent` already, and its receiver can still complain.
 */
export const outcomeOf: { readonly [K in MailEventKind]: MailEventOutcome | undefined } = {
  bounced: { shows: 'bounced', over: ['sent', 'suppressed'], blocks: 'bounced' },
  complained: { shows: 'complained', over: ['sent', 'suppressed', 'bounced'], blocks: 'complained' },
  rejected: { shows: 'suppressed', over: ['sent'] },
  delivered: undefined,
}

/** How long nothing is mailed to an address that bounced or complained, in seconds. */
export const mailBlockSeconds = 86_400
