import * as z from 'zod/mini'
import { given } from '#shared/domain/given.ts'
import { nameSchema } from '#shared/domain/names.ts'
import { projectShape } from '#shared/domain/project.ts'
import { access, operation } from '#shared/http/operation.ts'
import { changeProject, projectNotFound, readProject } from '#shared/table/projects.ts'
import { stillActive } from '#shared/table/workspaces.ts'

export const updateProject = operation({
  name: 'updateProject',
  method: 'PATCH',
  path: '/v1/workspaces/{workspaceId}/projects/{projectId}',
  summary: 'Rename a project',
  tag: 'Projects',
  access: access.workspace('writeProjects'),
  services: ['table'],
  tableActions: ['update', 'check'],
  body: z.strictObject({ name: nameSchema }),
  output: projectShape,
  refuses: ['project_not_found'],
  load: ({ path, table }) => readProject(table, path.workspaceId, path.projectId),
  handle: async ({ loaded, workspace, authorizationCheck, body, table, now }) => {
    if (!loaded) throw projectNotFound()
    const change = { ...given(body), updatedAt: now.toISOString() }
    await changeProject(table, loaded, change, stillActive(workspace.id), authorizationCheck)
    return { ...loaded, ...change }
  },
})
