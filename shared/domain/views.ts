import type { Account, Invitation, Member, Workspace } from './model.ts'
import type { Role } from './roles.ts'
import type { AccountShape, InvitationShape, WorkspaceShape } from './shapes.ts'

/** An account with the workspace that was made with it and its member row; both null once either is gone. */
export interface AccountWithDefault {
  readonly account: Account
  readonly defaultWorkspace: Workspace | null
  readonly defaultMember: Member | null
}

export const accountView = ({ account, defaultWorkspace }: AccountWithDefault): AccountShape => ({
  ...account,
  defaultWorkspaceId: defaultWorkspace?.id ?? null,
})

/** A workspace as a caller in a role sees it; `null` for an API key. */
export const workspaceView = (workspace: Workspace, role: Role | null): WorkspaceShape => ({ ...workspace, role })

export const defaultWorkspaceView = ({ defaultWorkspace, defaultMember }: AccountWithDefault): WorkspaceShape | null =>
  defaultWorkspace && defaultMember && workspaceView(defaultWorkspace, defaultMember.role)

/** A pending invitation; an accepted one is shown to nobody. */
export const invitationView = (invitation: Invitation): InvitationShape => ({ ...invitation, status: 'pending' })
