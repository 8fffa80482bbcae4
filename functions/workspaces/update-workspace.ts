import * as z from 'zod/mini'
import { nameSchema } from '#shared/domain/names.ts'
import { workspaceShape } from '#shared/domain/shapes.ts'
import { workspaceView } from '#shared/domain/views.ts'
import { member, operation } from '#shared/http/operation.ts'
import { renameWorkspace } from '#shared/table/workspaces.ts'

export const updateWorkspace = operation({
  name: 'updateWorkspace',
  method: 'PATCH',
  path: '/v1/workspaces/{workspaceId}',
  summary: 'Rename a workspace',
  tag: 'Workspaces',
  access: member('manageWorkspace'),
  needs: ['table'],
  touches: ['update', 'check'],
  body: z.strictObject({ name: nameSchema }),
  output: workspaceShape,
  refuses: [],
  handle: async ({ workspace, member, permit, body, table, now }) =>
    workspaceView(await renameWorkspace(table, workspace, body.name, now, permit), member.role),
})
