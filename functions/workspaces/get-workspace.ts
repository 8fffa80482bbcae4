import { workspaceShape } from '#shared/domain/shapes.ts'
import { workspaceView } from '#shared/domain/views.ts'
import { operation, workspace } from '#shared/http/operation.ts'

export const getWorkspace = operation({
  name: 'getWorkspace',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}',
  summary: 'Get a workspace',
  tag: 'Workspaces',
  access: workspace('readWorkspace'),
  needs: ['table'],
  output: workspaceShape,
  refuses: [],
  handle: async ({ workspace, role }) => workspaceView(workspace, role),
})
