import * as z from 'zod/mini'
import { newId } from '#shared/domain/ids.ts'
import { nameSchema } from '#shared/domain/names.ts'
import { projectShape } from '#shared/domain/project.ts'
import { access, operation } from '#shared/http/operation.ts'
import { putProject } from '#shared/table/projects.ts'
import { stillActive } from '#shared/table/workspaces.ts'

export const createProject = operation({
  name: 'createProject',
  method: 'POST',
  path: '/v1/workspaces/{workspaceId}/projects',
  summary: 'Create a project',
  tag: 'Projects',
  access: access.workspace('writeProjects'),
  services: ['table'],
  tableActions: ['put', 'check'],
  body: z.strictObject({ name: nameSchema }),
  status: 201,
  output: projectShape,
  refuses: [],
  idempotent: true,
  handle: async ({ workspace, actorId, authorizationCheck, body, table, now, recordAnswer }) => {
    const [id, at] = [newId('prj', now), now.toISOString()]
    const project = { id, workspaceId: workspace.id, name: body.name, createdAt: at, createdBy: actorId, updatedAt: at }
    await putProject(table, project, stillActive(workspace.id), authorizationCheck, recordAnswer(project))
    return project
  },
})
