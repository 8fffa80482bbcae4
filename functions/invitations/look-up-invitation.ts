import * as z from 'zod/mini'
import { tokenSchema } from '#shared/domain/invitation-answer.ts'
import { roleSchema } from '#shared/domain/roles.ts'
import { secretHash, tokenPlace } from '#shared/domain/secrets.ts'
import { instantSchema } from '#shared/domain/time.ts'
import { access, operation } from '#shared/http/operation.ts'
import { invitationNotFound, isNamed, readInvitation, requirePending } from '#shared/table/invitations.ts'

const lookedUp = z.object({
  workspaceName: z.string(),
  invitedBy: z.object({ name: z.string() }),
  email: z.string(),
  role: roleSchema,
  expiresAt: instantSchema,
  status: z.literal('pending'),
})

export const lookUpInvitation = operation({
  name: 'lookUpInvitation',
  method: 'POST',
  path: '/v1/invitations/lookup',
  summary: 'Look up the invitation behind a link, without accepting it',
  tag: 'Invitations',
  access: access.open,
  services: ['table'],
  tableActions: ['get'],
  body: z.strictObject({ token: tokenSchema }),
  output: lookedUp,
  refuses: ['invitation_not_found', 'invitation_expired'],
  load: async ({ body, table }) => {
    const place = tokenPlace(body.token)
    return place ? readInvitation(table, place) : undefined
  },
  handle: async ({ loaded: { invitation, workspace } = {}, body, now }) => {
    if (!invitation || !isNamed(invitation, { tokenHash: secretHash(body.token) })) throw invitationNotFound()
    return { ...requirePending(invitation, workspace, now), workspaceName: workspace?.name ?? '', status: 'pending' as const }
  },
})
