import * as z from 'zod/mini'
import { nameSchema } from '#shared/domain/names.ts'
import { workspaceShape, workspaceView } from '#shared/domain/workspace.ts'
import { access, operation } from '#shared/http/operation.ts'
import { renameWorkspace } from '#shared/table/workspaces.ts'

export const updateWorkspace = operation({
  name: 'updateWorkspace',
  method: 'PATCH',
  path: '/v1/workspaces/{workspaceId}',
  summary: 'Rename a workspace',
  tag: 'Workspaces',
  access: access.member('manageWorkspace'),
  services: ['table'],
  tableActions: ['update', 'check'],
  body: z.strictObject({ name: nameSchema }),
  output: workspaceShape,
  refuses: [],
  handle: async ({ workspace, member, authorizationCheck, body, table, now }) =>
    workspaceView(await renameWorkspace(table, workspace, body.name, now, authorizationCheck), member.role),
})
