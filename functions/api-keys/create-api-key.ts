import * as z from 'zod/mini'
import { apiKeyView, defaultScopes, newSecret, permissionToGive, rolesThatGive, secretShape } from '#shared/domain/api-key.ts'
import { newId } from '#shared/domain/ids.ts'
import { nameSchema } from '#shared/domain/names.ts'
import { scopeSchema } from '#shared/domain/roles.ts'
import { listOf } from '#shared/domain/schemas.ts'
import { anyInstantSchema } from '#shared/domain/time.ts'
import { access, operation } from '#shared/http/operation.ts'
import { createApiKey as create } from '#shared/table/api-keys.ts'
import { requireRole } from '#shared/table/members.ts'

export const createApiKey = operation({
  name: 'createApiKey',
  method: 'POST',
  path: '/v1/workspaces/{workspaceId}/api-keys',
  summary: 'Create an API key; the secret is shown only once',
  tag: 'API keys',
  access: access.member('manageApiKeys'),
  services: ['table'],
  tableActions: ['put', 'update', 'check'],
  body: z.strictObject({
    name: nameSchema,
    scopes: z.optional(listOf(scopeSchema, 1, 20)),
    expiresAt: z.optional(anyInstantSchema),
  }),
  status: 201,
  output: secretShape,
  refuses: ['too_many_api_keys'],
  extraPermission: async ({ sent }) => permissionToGive((sent as { scopes?: unknown } | null)?.scopes),
  idempotent: true,
  check: ({ body, now }) =>
    body?.expiresAt !== undefined && body.expiresAt <= now.toISOString()
      ? [{ pointer: '/expiresAt', detail: 'This time is in the past. Choose a later one.' }]
      : [],
  handle: async ({ workspace, member: me, body, table, now, recordAnswer }) => {
    const scopes = [...new Set(body.scopes ?? defaultScopes)]
    const authorizationCheck = requireRole(me, rolesThatGive(scopes), 'Only an admin can create a key with the scope usage:read.')
    const { expiresAt = null } = body
    const id = newId('key', now)
    const { secret, kept } = newSecret(workspace.id, id)
    const origin = { createdAt: now.toISOString(), createdBy: me.accountId, expiresAt, lastUsedAt: null }
    const apiKey = { id, workspaceId: workspace.id, name: body.name, scopes, ...kept, ...origin }
    await create(table, apiKey, authorizationCheck, recordAnswer({ apiKey: apiKeyView(apiKey), secret: null }))
    return { apiKey: apiKeyView(apiKey), secret }
  },
})
