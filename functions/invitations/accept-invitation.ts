import * as z from 'zod/mini'
import { accountShape, accountView } from '#shared/domain/account.ts'
import { answerSchema } from '#shared/domain/invitation-answer.ts'
import { memberShape, memberView } from '#shared/domain/member.ts'
import { workspaceShape, workspaceView } from '#shared/domain/workspace.ts'
import { access, operation } from '#shared/http/operation.ts'
import { accept, namedBy, readScene } from '#shared/invitations/answer.ts'

export const acceptInvitation = operation({
  name: 'acceptInvitation',
  method: 'POST',
  path: '/v1/invitations/accept',
  summary: 'Accept an invitation and join its workspace; creates your account if you have none',
  tag: 'Invitations',
  access: access.person,
  services: ['table', 'queue'],
  tableActions: ['put', 'update', 'delete'],
  sendsTo: ['accounts'],
  body: answerSchema,
  output: z.object({ account: accountShape, accountCreated: z.boolean(), workspace: workspaceShape, member: memberShape }),
  refuses: ['invitation_not_found', 'invitation_expired', 'email_mismatch', 'email_not_verified', 'too_many_members'],
  load: ({ body, caller, table }) => readScene(table, namedBy(body, caller), caller),
  handle: async ({ loaded, body, person, table, queue, now }) => {
    const { account, accountCreated, workspace, member, membersFollow } = await accept(table, body, { person, first: loaded, now })
    if (membersFollow) await queue.enqueue('accounts', [{ accountId: person.accountId }])
    const shown = { account: accountView(account), workspace: workspaceView(workspace, member.role), member: memberView(member) }
    return { accountCreated, ...shown }
  },
})
