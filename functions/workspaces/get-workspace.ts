import { workspaceShape, workspaceView } from '#shared/domain/workspace.ts'
import { access, operation } from '#shared/http/operation.ts'

export const getWorkspace = operation({
  name: 'getWorkspace',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}',
  summary: 'Get a workspace',
  tag: 'Workspaces',
  access: access.workspace('readWorkspace'),
  services: ['table'],
  output: workspaceShape,
  refuses: [],
  handle: async ({ workspace, role }) => workspaceView(workspace, role),
})
