import type { InvitationPlace } from './ids.ts'
import type { Role, Scope } from './roles.ts'
import type { Delivery } from './shapes.ts'

/** What is kept of each noun: the items of the table without their keys. Answers are cut from these by the shapes. */

/** `active`: open for writes. `deleting`: refused to everybody. `deleted`: the tombstone, without personal data. */
export type WorkspaceStatus = 'active' | 'deleting' | 'deleted'

export interface Account {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly createdAt: string
}

export interface Workspace {
  readonly id: string
  readonly name: string
  readonly status: WorkspaceStatus
  readonly memberCount: number
  readonly adminCount: number
  /** Upper bound: expired invitations count until they are collected. */
  readonly pendingCount: number
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
}

export interface Member {
  readonly workspaceId: string
  readonly accountId: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly joinedAt: string
  /** The address row that goes when the member goes. */
  readonly addressKey: string
  /** True on the row that was made with the account; somebody who is invited back does not get it again. */
  readonly isDefault?: boolean
}

export interface MemberAddress {
  readonly accountId: string
}

export interface Invitation extends InvitationPlace {
  readonly id: string
  /** Changes with every change that a person makes; the condition of the next one. */
  readonly revision: string
  readonly status: 'pending' | 'accepted'
  readonly email: string
  readonly role: Role
  readonly invitedBy: { readonly accountId: string; readonly name: string }
  readonly createdAt: string
  readonly lastSentAt: string
  readonly sendCount: number
  readonly expiresAt: string
  readonly delivery: Delivery
  /** There while an e-mail is owed: written with the intent, removed when SES took the e-mail. */
  readonly outbox?: true
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
  /** The first answer's body, without secrets; of createWorkspace only the workspace id is kept. */
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
  /** The secret before the last rotation, good until then. */
  readonly previousHash?: string
  readonly previousUntil?: string
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
  readonly name: string | undefined
}
