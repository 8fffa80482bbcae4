import * as z from 'zod/mini'
import { accountShape, accountView, defaultWorkspaceView } from '#shared/domain/account.ts'
import { nameSchema } from '#shared/domain/names.ts'
import { workspaceShape } from '#shared/domain/workspace.ts'
import { access, operation, Reply } from '#shared/http/operation.ts'
import { createAccount as create } from '#shared/table/accounts.ts'

export const createAccount = operation({
  name: 'createAccount',
  method: 'POST',
  path: '/v1/accounts',
  summary: 'Create your account with its default workspace, or get the existing ones',
  tag: 'Accounts',
  access: access.person,
  services: ['table', 'queue'],
  tableActions: ['put', 'update'],
  sendsTo: ['accounts'],
  body: z.strictObject({ name: z.optional(nameSchema) }),
  status: 201,
  also: [200],
  output: z.object({ account: accountShape, defaultWorkspace: z.nullable(workspaceShape) }),
  refuses: [],
  handle: async ({ person, body, table, queue, now }) => {
    const { created, membersFollow, ...found } = await create(table, person, now, body.name)
    if (membersFollow) await queue.enqueue('accounts', [{ accountId: person.accountId }])
    const answer = { account: accountView(found), defaultWorkspace: defaultWorkspaceView(found) }
    return new Reply(answer, { status: created ? 201 : 200 })
  },
})
