import * as z from 'zod/mini'
import { canonicalEmail, emailSchema } from '#shared/domain/email.ts'
import { invitationShape, invitationView, recordedInvitation } from '#shared/domain/invitation.ts'
import { roleSchema } from '#shared/domain/roles.ts'
import { listOf } from '#shared/domain/schemas.ts'
import { access, operation } from '#shared/http/operation.ts'
import { addresseeOf, type InvitationOutcome, inviteAll, mailsOf, readAddressStates } from '#shared/invitations/invite.ts'

const outcomes = ['invited', 'resent', 'already_member'] as const satisfies InvitationOutcome[]
const result = z.object({ email: z.string(), outcome: z.enum(outcomes), invitation: z.optional(invitationShape) })
const recordedShape = z.object({ results: z.array(z.object({ outcome: z.enum(outcomes), invitation: z.optional(recordedInvitation) })) })

/** Addresses that differ only in case (or in how the domain is written) count once, as they were first given. */
const addressees = (workspaceId: string, emails: readonly string[]) => {
  const distinct = Map.groupBy(emails, (email) => canonicalEmail(email) ?? email)
  return [...distinct].map(([canonical, [first = canonical]]) => addresseeOf(workspaceId, first, canonical))
}

export const createInvitations = operation({
  name: 'createInvitations',
  method: 'POST',
  path: '/v1/workspaces/{workspaceId}/invitations',
  summary: 'Invite 1 to 50 people by e-mail, or send their invitations again',
  tag: 'Invitations',
  access: access.member('manageInvitations'),
  services: ['table', 'queue'],
  tableActions: ['query', 'put', 'update', 'delete', 'check'],
  sendsTo: ['mail'],
  body: z.strictObject({ emails: listOf(emailSchema, 1, 50), role: z.optional(roleSchema) }),
  output: z.object({ results: z.array(result) }),
  refuses: ['too_many_invitations', 'too_many_members', 'rate_limited'],
  requiresVerifiedEmail: true,
  idempotent: true,
  recordShape: recordedShape,
  replay: async (record, { path, body }) => {
    const { results } = recordedShape.parse(JSON.parse(record.body ?? ''))
    const emails = addressees(path.workspaceId, body.emails).map(({ email }) => email)
    const named = results.map(({ outcome, invitation }, i) => {
      const email = emails[i] ?? ''
      return { email, outcome, ...(invitation && { invitation: { ...invitation, email } }) }
    })
    return { results: named }
  },
  load: ({ path, body, table }) => readAddressStates(table, addressees(path.workspaceId, body.emails)),
  handle: async ({ loaded, workspace, member: me, authorizationCheck, body, table, queue, settings, now, recordAnswer }) => {
    const answerOf = (decisions: Awaited<ReturnType<typeof inviteAll>>) => ({
      results: decisions.map(({ addressee, outcome, invitation }) => ({
        email: addressee.email,
        outcome,
        ...(invitation && { invitation: invitationView(invitation) }),
      })),
    })
    const decisions = await inviteAll(
      {
        table,
        settings,
        now,
        authorizationCheck,
        addressees: addressees(workspace.id, body.emails),
        role: body.role,
        member: me,
        recordAnswer: (made) => recordAnswer(answerOf(made)),
      },
      { workspace, states: loaded },
    )
    await queue.enqueue('mail', mailsOf(decisions))
    return answerOf(decisions)
  },
})
