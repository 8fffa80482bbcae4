import * as z from 'zod/mini'
import { cursorErrors, decodeCursor, encodeCursor, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { invitationShape } from '#shared/domain/invitation.ts'
import { access, operation } from '#shared/http/operation.ts'
import { listInvitationsTo, mailboxOf } from '#shared/table/invitations.ts'

const position = /^[\dTZ:.-]{24}#inv_\w{52,60}$/

export const listMyInvitations = operation({
  name: 'listMyInvitations',
  method: 'GET',
  path: '/v1/me/invitations',
  summary: 'List the pending invitations to your verified e-mail address',
  tag: 'Accounts',
  access: access.account,
  services: ['table'],
  tableActions: ['query gsi1'],
  query: pageQuery,
  output: pageOf(z.extend(invitationShape, { workspaceName: z.string() }).register(z.globalRegistry, { id: 'MyInvitation' })),
  refuses: [],
  check: ({ caller, query }) => cursorErrors(`my-invitations ${mailboxOf(caller.email)}`, query, position),
  load: async ({ caller, table, query, now }) => {
    const list = `my-invitations ${mailboxOf(caller.email)}`
    const after = decodeCursor(list, position, query.cursor)
    if (!caller.emailVerified) return { data: [], nextCursor: null }
    const { invitations, next } = await listInvitationsTo(table, caller, query.limit, after, now)
    return { data: invitations.map((i) => ({ ...i, status: 'pending' as const })), nextCursor: next ? encodeCursor(list, next) : null }
  },
  handle: async ({ loaded }) => loaded,
})
