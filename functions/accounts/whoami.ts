import * as z from 'zod/mini'
import { accountShape, accountView } from '#shared/domain/account.ts'
import { scopeSchema } from '#shared/domain/roles.ts'
import { workspaceIdSchema } from '#shared/domain/schemas.ts'
import { access, operation } from '#shared/http/operation.ts'
import { readAccount } from '#shared/table/accounts.ts'

const user = z.object({ kind: z.literal('user'), account: z.nullable(accountShape) })
const apiKey = z.object({ kind: z.literal('apiKey'), apiKeyId: z.string(), workspaceId: workspaceIdSchema, scopes: z.array(scopeSchema) })

export const whoami = operation({
  name: 'whoami',
  method: 'GET',
  path: '/v1/whoami',
  summary: 'Show which person or API key is calling',
  tag: 'Accounts',
  access: access.anyToken,
  services: ['table'],
  output: z.discriminatedUnion('kind', [user, apiKey]),
  refuses: [],
  load: async ({ caller, table }) => ('accountId' in caller ? readAccount(table, caller.accountId) : undefined),
  handle: async ({ caller, loaded }) =>
    'accountId' in caller
      ? { kind: 'user' as const, account: loaded ? accountView(loaded) : null }
      : { kind: 'apiKey' as const, apiKeyId: caller.id, workspaceId: caller.workspaceId, scopes: [...caller.scopes] },
})
