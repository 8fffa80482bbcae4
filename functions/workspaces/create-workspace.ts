import * as z from 'zod/mini'
import { foundWorkspace } from '#shared/domain/founding.ts'
import { newId } from '#shared/domain/ids.ts'
import { nameSchema } from '#shared/domain/names.ts'
import { workspaceShape, workspaceView } from '#shared/domain/workspace.ts'
import { access, operation } from '#shared/http/operation.ts'
import { createWorkspace as create, readOwnWorkspace } from '#shared/table/workspaces.ts'

export const createWorkspace = operation({
  name: 'createWorkspace',
  method: 'POST',
  path: '/v1/workspaces',
  summary: 'Create a workspace and become its first admin',
  tag: 'Workspaces',
  access: access.account,
  services: ['table'],
  tableActions: ['put'],
  body: z.strictObject({ name: nameSchema }),
  status: 201,
  output: workspaceShape,
  // A replay after the caller left the workspace, or after it is gone.
  refuses: ['workspace_not_found'],
  idempotent: true,
  replay: async ({ workspaceId = '' }, { table, account, body }) => {
    const { id, createdAt } = await readOwnWorkspace(table, workspaceId, account.id)
    return workspaceView(foundWorkspace(id, { name: body.name, founder: account, at: createdAt }).workspace, 'admin')
  },
  handle: async ({ account, body, table, now, recordAnswer }) => {
    const { workspace, member } = foundWorkspace(newId('ws', now), { name: body.name, founder: account, at: now.toISOString() })
    const answer = workspaceView(workspace, member.role)
    await create(table, workspace, member, recordAnswer({ ...answer, workspaceId: workspace.id }))
    return answer
  },
})
