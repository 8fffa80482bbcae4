import { apiKeyShape, apiKeyView } from '#shared/domain/api-key.ts'
import { cursorErrors, pageInMemory, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { access, operation } from '#shared/http/operation.ts'
import { listApiKeys as list } from '#shared/table/api-keys.ts'

export const listApiKeys = operation({
  name: 'listApiKeys',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/api-keys',
  summary: 'List the API keys of a workspace, newest first, without their secrets',
  tag: 'API keys',
  access: access.member('manageApiKeys'),
  services: ['table'],
  tableActions: ['query'],
  query: pageQuery,
  output: pageOf(apiKeyShape),
  refuses: [],
  check: ({ path, query }) => cursorErrors(`api-keys ${path.workspaceId}`, query),
  load: ({ path, table }) => list(table, path.workspaceId),
  handle: async ({ loaded, workspace, query }) =>
    pageInMemory(`api-keys ${workspace.id}`, loaded.map(apiKeyView), {
      positionOf: ({ createdAt, id }) => `${createdAt}#${id}`,
      query,
      newestFirst: true,
    }),
})
