import * as z from 'zod/mini'
import type { InvitationPlace } from './ids.ts'
import { type Role, roleSchema } from './roles.ts'
import { accountIdSchema, id, workspaceIdSchema } from './schemas.ts'
import { instantSchema } from './time.ts'

/** What happened to an invitation's last e-mail. */
export const deliveries = ['queued', 'sent', 'bounced', 'complained', 'suppressed'] as const

export type Delivery = (typeof deliveries)[number]

export interface Invitation extends InvitationPlace {
  readonly id: string
  /** Changes with every change that a person makes; the condition for the next one. */
  readonly revision: string
  /** `dead`: it died with its sender's rights and no longer counts. Until that is written here, it follows from the workspace. */
  readonly status: 'pending' | 'accepted' | 'dead'
  readonly email: string
  readonly role: Role
  /** Who sent it last. */
  readonly invitedBy: { readonly accountId: string; readonly name: string }
  /** How many dismissals the workspace had counted when it was sent. */
  readonly sentAfter: number
  /** Who changed its role since without sending it, and after how many dismissals. */
  readonly roleFrom?: { readonly accountId: string; readonly after: number }
  readonly createdAt: string
  readonly lastSentAt: string
  readonly sendCount: number
  readonly expiresAt: string
  readonly delivery: Delivery
  /** Present while an e-mail is owed: written with the intent, removed when SES has accepted the e-mail. */
  readonly outbox?: true
  /** Until then one mailer has claimed the e-mail. */
  readonly claimedUntil?: string
  /** Hashes of the links of the current send; all of them work. */
  readonly tokenHashes?: ReadonlySet<string>
  /** SES's id of the current send, by which its events are recognized. */
  readonly messageId?: string
  /** Who accepted it, when, and whether that created the account: what the same person is answered again. */
  readonly acceptedBy?: string
  readonly acceptedAt?: string
  readonly accountCreated?: boolean
}

export const invitationShape = z
  .object({
    id: id('inv', 'an invitation'),
    workspaceId: workspaceIdSchema,
    email: z.string(),
    role: roleSchema,
    status: z.literal('pending'),
    invitedBy: z.object({ accountId: accountIdSchema, name: z.string() }),
    createdAt: instantSchema,
    lastSentAt: z.iso.datetime({ precision: 3 }).register(z.globalRegistry, {
      description: 'When it was sent last; while `sendCount` is 0, when it was created',
      examples: ['2026-11-24T10:00:00.000Z'],
    }),
    sendCount: z.int(),
    expiresAt: instantSchema,
    delivery: z.enum(deliveries),
  })
  .register(z.globalRegistry, { id: 'Invitation' })

export type InvitationShape = z.infer<typeof invitationShape>

/** What is recorded of an invitation under an Idempotency-Key: it outlives the invitation, so it must not hold its address. */
export const recordedInvitation = z.omit(invitationShape, { email: true })

/** A pending invitation; nobody sees an accepted one. */
export const invitationView = (invitation: Invitation): InvitationShape => ({ ...invitation, status: 'pending' })
