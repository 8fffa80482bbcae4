import type { AccessPattern } from './access-pattern.ts'

/** Workspaces, their members, and what lies in them. */
export const workspacePatterns: readonly AccessPattern[] = [
  { is: 'make a workspace', write: ['put Workspace', 'put Member', 'put MemberAddress'], optional: ['put CallerIdempotencyRecord'] },
  { is: 'the workspaces of an account, oldest membership first', query: 'Member', index: 'gsi1', andGet: ['Workspace', 'Member'] },
  { is: 'rename a workspace', write: ['update Workspace', 'check Member'] },
  { is: 'the members of a workspace', query: 'Member' },
  { is: 'one member', get: ['Member'] },
  { is: 'change a role', write: ['update Workspace', 'update Member', 'check Member'] },
  { is: 'remove a member', write: ['update Workspace', 'check Member', 'remove Member', 'remove MemberAddress'] },
  { is: 'leave a workspace', write: ['update Workspace', 'remove Member', 'remove MemberAddress'], optional: ['update Member'] },
  { is: 'forget who was dismissed', write: ['update Workspace'] },
  { is: 'the projects of a workspace, oldest first', query: 'Project' },
  { is: 'one project', get: ['Project'] },
  { is: 'create a project', write: ['check Workspace', 'check Member', 'put Project'], optional: ['put IdempotencyRecord'] },
  { is: 'rename a project', write: ['check Workspace', 'check Member', 'update Project'] },
  { is: 'delete a project', write: ['check Workspace', 'check Member', 'remove Project'] },
  { is: 'the API keys of a workspace', query: 'ApiKey' },
  { is: 'create an API key', write: ['update Workspace', 'check Member', 'put ApiKey'], optional: ['put IdempotencyRecord'] },
  { is: 'rotate an API key', write: ['check Workspace', 'check Member', 'update ApiKey'], optional: ['put IdempotencyRecord'] },
  { is: 'revoke an API key', write: ['update Workspace', 'check Member', 'remove ApiKey'] },
  { is: 'note that an API key was used (at most once a minute)', update: 'ApiKey' },
  { is: 'one API key', get: ['ApiKey'] },
]
