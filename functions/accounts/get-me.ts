import { accountShape, accountView } from '#shared/domain/account.ts'
import { access, operation } from '#shared/http/operation.ts'
import { readAccount } from '#shared/table/accounts.ts'

export const getMe = operation({
  name: 'getMe',
  method: 'GET',
  path: '/v1/me',
  summary: 'Get your account',
  tag: 'Accounts',
  access: access.account,
  services: ['table'],
  output: accountShape,
  refuses: [],
  load: ({ caller, table }) => readAccount(table, caller.accountId),
  handle: async ({ account, loaded }) => accountView(loaded ?? { account, defaultWorkspace: null, defaultMember: null }),
})
