import { cursorErrors, decodeCursor, encodeCursor, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { workspaceShape, workspaceView } from '#shared/domain/workspace.ts'
import { access, operation } from '#shared/http/operation.ts'
import { listMemberships } from '#shared/table/workspaces.ts'

const position = /^[\dTZ:.-]{24}#ws_\w{26}$/

export const listWorkspaces = operation({
  name: 'listWorkspaces',
  method: 'GET',
  path: '/v1/workspaces',
  summary: 'List the workspaces you belong to, oldest membership first',
  tag: 'Workspaces',
  access: access.account,
  services: ['table'],
  tableActions: ['query gsi1'],
  query: pageQuery,
  output: pageOf(workspaceShape),
  refuses: [],
  check: ({ caller, query }) => cursorErrors(`workspaces ${caller.accountId}`, query, position),
  load: async ({ caller, table, query }) => {
    const list = `workspaces ${caller.accountId}`
    const after = decodeCursor(list, position, query.cursor)
    const { memberships, next } = await listMemberships(table, caller.accountId, query.limit, after)
    const data = memberships.map(({ workspace, member }) => workspaceView(workspace, member.role))
    return { data, nextCursor: next ? encodeCursor(list, next) : null }
  },
  handle: async ({ loaded }) => loaded,
})
