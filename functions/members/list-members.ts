import { cursorErrors, pageInMemory, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { memberShape, memberView } from '#shared/domain/member.ts'
import { access, operation } from '#shared/http/operation.ts'
import { listMembers as list } from '#shared/table/members.ts'

export const listMembers = operation({
  name: 'listMembers',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/members',
  summary: 'List the members of a workspace, oldest first',
  tag: 'Members',
  access: access.workspace('readWorkspace'),
  services: ['table'],
  tableActions: ['query'],
  query: pageQuery,
  output: pageOf(memberShape),
  refuses: [],
  check: ({ path, query }) => cursorErrors(`members ${path.workspaceId}`, query),
  load: ({ path, table }) => list(table, path.workspaceId),
  handle: async ({ loaded, workspace, query }) =>
    pageInMemory(`members ${workspace.id}`, loaded.map(memberView), {
      positionOf: ({ joinedAt, accountId }) => `${joinedAt}#${accountId}`,
      query,
    }),
})
