import * as z from 'zod/mini'

export const roles = ['admin', 'developer', 'member'] as const
export type Role = (typeof roles)[number]
export const roleSchema = z.enum(roles)

export const scopes = ['workspace:read', 'projects:read', 'projects:write', 'usage:read', 'usage:write'] as const
export type Scope = (typeof scopes)[number]
export const scopeSchema = z.enum(scopes)

interface Grant {
  readonly roles: readonly Role[]
  readonly scope?: Scope
}

/** Whether one role may do less than another; `roles` lists them from the most powerful down. */
export const isDemotion = (from: Role, to: Role): boolean => roles.indexOf(to) > roles.indexOf(from)

const everybody = roles
const builders = ['admin', 'developer'] as const
const admins = ['admin'] as const

/** Who may do what in a workspace: the table of roles in docs/api.md (Who calls). */
export const permissions = {
  readWorkspace: { roles: everybody, scope: 'workspace:read' },
  readProjects: { roles: everybody, scope: 'projects:read' },
  writeProjects: { roles: builders, scope: 'projects:write' },
  manageApiKeys: { roles: builders },
  manageInvitations: { roles: admins },
  manageMembers: { roles: admins },
  readUsage: { roles: admins, scope: 'usage:read' },
  reportUsage: { roles: [], scope: 'usage:write' },
  manageBilling: { roles: admins },
  manageWorkspace: { roles: admins },
  leave: { roles: everybody },
} as const satisfies Record<string, Grant>

export type Permission = keyof typeof permissions

const grant = (permission: Permission): Grant => permissions[permission]

/** The roles that have a permission. */
export const rolesThatMay = (permission: Permission): readonly Role[] => grant(permission).roles

/** The scope that gives an API key a permission; undefined if no key can have it. */
export const scopeFor = (permission: Permission): Scope | undefined => grant(permission).scope
