import { isId } from '#shared/domain/ids.ts'
import { access, operation } from '#shared/http/operation.ts'
import { apiKeyNotFound, revokeApiKey as revoke } from '#shared/table/api-keys.ts'

export const revokeApiKey = operation({
  name: 'revokeApiKey',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}/api-keys/{apiKeyId}',
  summary: 'Revoke an API key, effective from the next request',
  tag: 'API keys',
  access: access.member('manageApiKeys'),
  services: ['table'],
  tableActions: ['update', 'delete', 'check'],
  refuses: ['api_key_not_found'],
  handle: async ({ path, workspace, authorizationCheck, table }) => {
    if (!isId('key', path.apiKeyId)) throw apiKeyNotFound()
    await revoke(table, workspace.id, path.apiKeyId, authorizationCheck)
  },
})
