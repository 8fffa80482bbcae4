import * as z from 'zod/mini'
import { cursorErrors, pageInMemory, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { invitationShape, invitationView } from '#shared/domain/invitation.ts'
import { isOpen } from '#shared/domain/inviting.ts'
import { access, operation } from '#shared/http/operation.ts'
import { listInvitationRows } from '#shared/table/invitations.ts'

const statusSchema = z
  ._default(z.literal('pending', 'Only pending invitations can be listed. Send "pending", or leave status out.'), 'pending')
  .register(z.globalRegistry, { description: 'Which invitations' })

export const listInvitations = operation({
  name: 'listInvitations',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/invitations',
  summary: 'List the pending invitations of a workspace, newest first',
  tag: 'Invitations',
  access: access.workspace('readWorkspace'),
  services: ['table'],
  tableActions: ['query'],
  query: z.extend(pageQuery, { status: statusSchema }),
  output: pageOf(invitationShape),
  refuses: [],
  check: ({ path, query }) => cursorErrors(`invitations ${path.workspaceId}`, query),
  load: ({ path, table }) => listInvitationRows(table, path.workspaceId),
  handle: async ({ loaded, workspace, query, now }) => {
    const open = loaded.filter((invitation) => isOpen(invitation, workspace, now)).map(invitationView)
    return pageInMemory(`invitations ${workspace.id}`, open, {
      positionOf: ({ createdAt, id }) => `${createdAt}#${id}`,
      query,
      newestFirst: true,
    })
  },
})
