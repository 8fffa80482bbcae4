import { isId } from '#shared/domain/ids.ts'
import { access, operation } from '#shared/http/operation.ts'
import { projectNotFound, deleteProject as remove } from '#shared/table/projects.ts'
import { stillActive } from '#shared/table/workspaces.ts'

export const deleteProject = operation({
  name: 'deleteProject',
  method: 'DELETE',
  path: '/v1/workspaces/{workspaceId}/projects/{projectId}',
  summary: 'Delete a project',
  tag: 'Projects',
  access: access.workspace('writeProjects'),
  services: ['table'],
  tableActions: ['delete', 'check'],
  refuses: ['project_not_found'],
  handle: async ({ path, workspace, authorizationCheck, table }) => {
    if (!isId('prj', path.projectId)) throw projectNotFound()
    await remove(table, workspace.id, path.projectId, stillActive(workspace.id), authorizationCheck)
  },
})
