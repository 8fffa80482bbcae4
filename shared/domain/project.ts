import * as z from 'zod/mini'
import { id, workspaceIdSchema } from './schemas.ts'
import { instantSchema } from './time.ts'

export interface Project {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
}

export const projectShape = z
  .object({
    id: id('prj', 'a project'),
    workspaceId: workspaceIdSchema,
    name: z.string(),
    createdAt: instantSchema,
    createdBy: z.string().register(z.globalRegistry, { description: 'Id of the account or API key that created it' }),
    updatedAt: instantSchema,
  })
  .register(z.globalRegistry, { id: 'Project' })
