import { projectShape } from '#shared/domain/project.ts'
import { access, operation } from '#shared/http/operation.ts'
import { projectNotFound, readProject } from '#shared/table/projects.ts'

export const getProject = operation({
  name: 'getProject',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/projects/{projectId}',
  summary: 'Get a project',
  tag: 'Projects',
  access: access.workspace('readProjects'),
  services: ['table'],
  output: projectShape,
  refuses: ['project_not_found'],
  load: ({ path, table }) => readProject(table, path.workspaceId, path.projectId),
  handle: async ({ loaded: project }) => {
    if (!project) throw projectNotFound()
    return project
  },
})
