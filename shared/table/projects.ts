import { isId } from '../domain/ids.ts'
import type { Project } from '../domain/project.ts'
import { Refusal } from '../domain/refusals.ts'
import { exists } from './conditions.ts'
import * as collections from './design/collections.ts'
import * as keys from './design/keys.ts'
import { put, remove, type Table, update, type Write } from './engine.ts'

export const projectNotFound = (): Refusal => new Refusal('project_not_found', 'This workspace has no project with this id.')

/** Puts a new project. `guards`: what must hold beside it (the workspace is active, the caller still may). */
export const putProject = (table: Table, project: Project, ...guards: readonly (Write | undefined)[]): Promise<void> =>
  table.write(...guards, put(keys.project({ workspaceId: project.workspaceId, projectId: project.id }), project))

/** One project, strongly consistent; undefined where there is none. */
export const readProject = async (table: Table, workspaceId: string, projectId: string): Promise<Project | undefined> =>
  isId('prj', projectId) ? table.get(keys.project({ workspaceId, projectId })) : undefined

/** What changes in a project: the fields that are given, and when. */
type ProjectChange = Partial<Omit<Project, 'id' | 'workspaceId' | 'createdAt' | 'createdBy'>> & Pick<Project, 'updatedAt'>

/** Sets what is given and nothing else, so that changes of two fields at the same moment both last; refuses `project_not_found`. */
export const changeProject = (
  table: Table,
  { workspaceId, id }: Pick<Project, 'workspaceId' | 'id'>,
  change: ProjectChange,
  ...guards: readonly Write[]
): Promise<void> =>
  table.write(...guards, update(keys.project({ workspaceId, projectId: id }), { set: change }, exists('pk'), projectNotFound))

/** Deletes a project; refuses `project_not_found`. */
export const deleteProject = (table: Table, workspaceId: string, projectId: string, ...guards: readonly Write[]): Promise<void> =>
  table.write(...guards, remove(keys.project({ workspaceId, projectId }), exists('pk'), projectNotFound))

/** One page of projects, oldest first (ids sort by creation), behind the project `after`; `next` is the position to go on behind. */
export const listProjects = (table: Table, workspaceId: string, limit: number, after: string | undefined) =>
  table.page(collections.projects(workspaceId), limit, after)
