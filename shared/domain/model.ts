import type { Amount } from './amounts.ts'
import type { InvitationPlace } from './ids.ts'
import type { PaymentTries } from './payment-tries.ts'
import type { InTurn } from './payment-turns.ts'
import type { Role, Scope } from './roles.ts'

/** What is kept of each noun: the items of the table without their keys. Answers are cut from these by the shapes. */

/** `active`: open for writes. `deleting`: refused to everybody. `deleted`: the tombstone, without personal data. */
export type WorkspaceStatus = 'active' | 'deleting' | 'deleted'

export interface Account {
  readonly id: string
  readonly email: string
  /** Accounts of before say nothing: they count as never verified, so that no mail goes to them until a token brings the proof. */
  readonly emailVerified?: boolean
  /** When the newest token that carried a verified e-mail was issued, in seconds since 1970. */
  readonly emailIssuedAt?: number
  readonly name: string
  readonly createdAt: string
  /** Goes up with every change that member rows follow; missing before the first. */
  readonly version?: number
  readonly changedAt?: string
}

export interface Workspace extends InTurn {
  readonly id: string
  readonly name: string
  readonly status: WorkspaceStatus
  readonly memberCount: number
  readonly adminCount: number
  /** Upper bound: expired invitations count until they are collected. */
  readonly pendingCount: number
  readonly apiKeyCount: number
  /** Over how many partitions its usage is spread; fixed when it is made. */
  readonly usageShards: number
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  /** How often somebody was removed by another or demoted; absent as long as nobody was. */
  readonly dismissals?: number
  /** What that count was after the last time that it was this account: what they had sent before is dead. */
  readonly [dismissed: `dismissed#${string}`]: number
}

export interface Member {
  readonly workspaceId: string
  readonly accountId: string
  /** E-mail, its proof and name are the account's, as of `accountVersion` (missing: as it was made). */
  readonly email: string
  readonly emailVerified?: boolean
  readonly name: string
  readonly accountVersion?: number
  readonly role: Role
  readonly joinedAt: string
  /** The address row that goes when the member goes: there as long as that row is theirs. Missing where it is another member's. */
  readonly addressKey?: string
  /** True on the row that was made with the account; somebody who is invited back does not get it again. */
  readonly isDefault?: boolean
}

export interface MemberAddress {
  readonly accountId: string
}

/** What became of an invitation's last e-mail. */
export const deliveries = ['queued', 'sent', 'bounced', 'complained', 'suppressed'] as const
export type Delivery = (typeof deliveries)[number]

export interface Invitation extends InvitationPlace {
  readonly id: string
  /** Changes with every change that a person makes; the condition of the next one. */
  readonly revision: string
  /** `dead`: it died with its sender's rights, and no longer counts; until then that follows from the workspace. */
  readonly status: 'pending' | 'accepted' | 'dead'
  readonly email: string
  readonly role: Role
  /** Who sent it last. */
  readonly invitedBy: { readonly accountId: string; readonly name: string }
  /** How many dismissals the workspace had counted when it was sent. */
  readonly sentAfter?: number
  /** Who changed its role since without sending it, and after how many dismissals. */
  readonly roleFrom?: { readonly accountId: string; readonly after: number }
  readonly createdAt: string
  readonly lastSentAt: string
  readonly sendCount: number
  readonly expiresAt: string
  readonly delivery: Delivery
  /** There while an e-mail is owed: written with the intent, removed when SES took the e-mail. */
  readonly outbox?: true
  /** Until then a mailer has the e-mail for itself. */
  readonly claimedUntil?: string
  /** Hashes of the links of the current send; every one is good. */
  readonly tokenHashes?: ReadonlySet<string>
  /** SES's id of the current send, by which its events are matched. */
  readonly messageId?: string
  /** Who accepted it, when, and whether that made the account: what the same person is answered again. */
  readonly acceptedBy?: string
  readonly acceptedAt?: string
  readonly accountCreated?: boolean
}

export interface Project {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
}

export interface Memory {
  /** What was asked, as a hash. */
  readonly fingerprint: string
  /** The first answer's body, without secrets and addresses; of createWorkspace only the workspace id is kept. */
  readonly body?: string
  readonly workspaceId?: string
  readonly expiresAt: string
}

export interface MailBlock {
  readonly reason: 'bounced' | 'complained'
  readonly until: string
}

export interface ApiKey {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** SHA-256 of the secret. */
  readonly hash: string
  /** Hashes of secrets that were rotated away, each good until then. */
  readonly former?: readonly { readonly hash: string; readonly until: string }[]
  readonly prefix: string
  readonly last4: string
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

/** Who a token of the OpenID Connect issuer stands for. Whether there is an account yet is another question. */
export interface Person {
  /** The id that the account has, or would have: it follows from issuer and subject. */
  readonly accountId: string
  readonly email: string
  readonly emailVerified: boolean
  /** When the token was issued, in seconds since 1970. */
  readonly issuedAt: number
  readonly name: string | undefined
}

/** What the payment provider knows a workspace by. */
export interface Billing {
  readonly provider: string
  /** The provider's account and mode that the ids are of; one of before has none, and counts as of the current one. */
  readonly account?: string
  readonly customerId: string
  readonly paymentMethodId: string
  /** Those that it replaced, newest first: detached then, and once more with it, because the provider may have been away. */
  readonly former?: readonly string[]
  readonly brand?: string
  readonly last4?: string
}

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'waived'

export interface InvoiceLine {
  readonly meter: string
  readonly description: string
  readonly quantity: string
  readonly unitPrice: string
  /** Minor units. */
  readonly amount: Amount
}

/** An invoice is immutable once issued, apart from its payment. */
export interface Invoice extends InTurn, PaymentTries {
  readonly id: string
  /** Null as long as it is a draft. */
  readonly number: string | null
  readonly kind: 'final' | 'period'
  readonly workspaceId: string
  readonly workspaceName: string
  readonly status: InvoiceStatus
  readonly periodStart: string
  readonly periodEnd: string
  readonly currency: string
  /** The decimals of its amounts, frozen when it is issued; an invoice of before has none, and its currency says them. */
  readonly minorDigits?: number
  readonly lines: readonly InvoiceLine[]
  /** Minor units. */
  readonly total: Amount
  readonly issuedAt: string | null
  readonly paidAt: string | null
  readonly payment: { readonly provider: string; readonly reference: string } | null
  readonly failure: string | null
  /** Where it is charged: copied when it is issued, because the workspace's own data goes. */
  readonly billing?: Billing
  /** The provider's account and mode that customer and intent are of; one of before has none, and counts as of the current one. */
  readonly account?: string
  /** The customer that is charged, where it is not that of `billing` (any more). */
  readonly customerId?: string
  /** The one PaymentIntent of the invoice. */
  readonly intentId?: string
  /** There once a PaymentIntent may exist of which nobody knows: it is looked for before one is created. */
  readonly intentSought?: boolean
  /** How many intents were asked for of which none came, or which were canceled. */
  readonly intentFailures?: number
  /** There while nobody knows what came of an attempt to charge it: when it began, and an id. */
  readonly attempt?: string | undefined
  /** Until then, at the most, the deletion's worker may be at an attempt, whose id follows. */
  readonly workerUntil?: string
  /** The deletion's worker charges it no more: from here on only `payInvoice` does. */
  readonly handedOver?: boolean
  /** The payment method of `billing` is detached at the provider. */
  readonly detached?: boolean
}

export const deletionSteps = ['revokeAccess', 'revokeApiKeys', 'issueFinalInvoice', 'chargeFinalInvoice', 'purgeData'] as const
export type DeletionStep = (typeof deletionSteps)[number]

/** One page of items that is being purged: what its items were counted as is already in `purged`. */
export interface PurgePage {
  readonly pk: string
  readonly first: string
  readonly last: string
}

export interface Deletion {
  readonly id: string
  readonly workspaceId: string
  readonly workspaceName: string
  readonly requestedBy: string
  readonly requestedAt: string
  readonly invoiceId: string
  /** The step that is to be done next; `completed` after the last. */
  readonly step: DeletionStep | 'completed'
  /** Whether a worker has begun. */
  readonly started: boolean
  /** When each step was done. */
  readonly doneAt: Readonly<Partial<Record<DeletionStep, string>>>
  readonly completedAt: string | null
  /** Items erased, by kind; exact also where a worker died in between. */
  readonly purged: Readonly<Record<string, number>>
  /** Goes up with every page: the condition of the next. */
  readonly pageNumber: number
  readonly page?: PurgePage
  /** While the payment provider is away: since when, how often it was asked, and when it is asked again. */
  readonly chargeSince?: string
  readonly chargeAttempts?: number
  readonly nextAttemptAt?: string
}

/** Somebody who may read an invoice and the deletion that it comes from, for ever. */
export interface Reader {
  readonly invoiceId: string
  readonly accountId: string
  /** There while the invoice's e-mail is owed to them. */
  readonly outbox?: true
  /** Until then a mailer has the e-mail for itself. */
  readonly claimedUntil?: string
  /** Whether it went out; false where it was not to. There once nothing is owed any more. */
  readonly mailed?: boolean
  /** SES's id of the e-mail, and what stands for the address that it went to: that one is blocked where it bounces. */
  readonly messageId?: string
  readonly mailbox?: string
  readonly delivery?: Delivery
}
