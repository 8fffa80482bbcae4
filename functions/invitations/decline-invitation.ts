import { answerSchema } from '#shared/domain/invitation-answer.ts'
import { access, operation } from '#shared/http/operation.ts'
import { decline, namedBy, readScene } from '#shared/invitations/answer.ts'

export const declineInvitation = operation({
  name: 'declineInvitation',
  method: 'POST',
  path: '/v1/invitations/decline',
  summary: 'Decline an invitation',
  tag: 'Invitations',
  access: access.person,
  services: ['table'],
  tableActions: ['update', 'delete'],
  body: answerSchema,
  refuses: ['invitation_not_found', 'invitation_expired', 'email_mismatch', 'email_not_verified'],
  load: ({ body, caller, table }) => readScene(table, namedBy(body, caller), caller),
  handle: ({ loaded, body, person, table, now }) => decline(table, body, { person, first: loaded, now }),
})
