import { cursorErrors, decodeCursor, encodeCursor, pageOf, pageQuery } from '#shared/domain/cursor.ts'
import { projectShape } from '#shared/domain/project.ts'
import { access, operation } from '#shared/http/operation.ts'
import { listProjects as list } from '#shared/table/projects.ts'

const position = /^prj_\w{26}$/

export const listProjects = operation({
  name: 'listProjects',
  method: 'GET',
  path: '/v1/workspaces/{workspaceId}/projects',
  summary: 'List the projects of a workspace, oldest first',
  tag: 'Projects',
  access: access.workspace('readProjects'),
  services: ['table'],
  tableActions: ['query'],
  query: pageQuery,
  output: pageOf(projectShape),
  refuses: [],
  check: ({ path, query }) => cursorErrors(`projects ${path.workspaceId}`, query, position),
  load: async ({ path, query, table }) => {
    const name = `projects ${path.workspaceId}`
    const { items, next } = await list(table, path.workspaceId, query.limit, decodeCursor(name, position, query.cursor))
    return { data: items, nextCursor: next ? encodeCursor(name, next) : null }
  },
  handle: async ({ loaded }) => loaded,
})
