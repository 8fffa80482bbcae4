import * as z from 'zod/mini'
import { apiKeyView, newSecret, permissionToGive, requireUnexpired, rolesThatGive, rotated, secretShape } from '#shared/domain/api-key.ts'
import { access, operation } from '#shared/http/operation.ts'
import { apiKeyNotFound, findApiKey, replaceSecret } from '#shared/table/api-keys.ts'
import { requireRole } from '#shared/table/members.ts'
import { untilUnchanged } from '#shared/table/races.ts'

export const rotateApiKey = operation({
  name: 'rotateApiKey',
  method: 'POST',
  path: '/v1/workspaces/{workspaceId}/api-keys/{apiKeyId}/rotate',
  summary: 'Give an API key a new secret; earlier secrets work until the grace period ends, at the latest',
  tag: 'API keys',
  access: access.member('manageApiKeys'),
  services: ['table'],
  tableActions: ['update', 'check'],
  body: z.strictObject({ graceSeconds: z._default(z.int().check(z.minimum(0), z.maximum(86_400)), 0) }),
  status: 201,
  output: secretShape,
  refuses: ['api_key_not_found'],
  extraPermission: async ({ path, table }) => permissionToGive((await findApiKey(table, path.workspaceId, path.apiKeyId))?.scopes),
  idempotent: true,
  load: ({ path, table }) => findApiKey(table, path.workspaceId, path.apiKeyId),
  handle: ({ loaded, path, workspace, member: me, body, table, now, recordAnswer }) =>
    untilUnchanged(
      loaded,
      () => findApiKey(table, workspace.id, path.apiKeyId),
      async (seen) => {
        if (!seen) throw apiKeyNotFound()
        requireUnexpired(seen, now)
        const authorizationCheck = requireRole(me, rolesThatGive(seen.scopes), 'Only an admin can rotate a key with the scope usage:read.')
        const { secret, kept } = newSecret(workspace.id, seen.id)
        const apiKey = rotated(seen, { kept, graceSeconds: body.graceSeconds, now })
        await replaceSecret(table, seen, apiKey, authorizationCheck, recordAnswer({ apiKey: apiKeyView(apiKey), secret: null }))
        return { apiKey: apiKeyView(apiKey), secret }
      },
    ),
})
