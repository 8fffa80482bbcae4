import {
  type Account,
  type ApiKey,
  type Deletion,
  deletionSteps,
  type Invitation,
  type Invoice,
  type Member,
  type Workspace,
} from './model.ts'
import type { Role } from './roles.ts'
import type { AccountShape, InvitationShape, MemberShape, WorkspaceShape } from './shapes.ts'

/** An account with the workspace that was made with it and its member row; both null once either is gone. */
export interface AccountWithDefault {
  readonly account: Account
  readonly defaultWorkspace: Workspace | null
  readonly defaultMember: Member | null
}

export const accountView = ({ account, defaultWorkspace }: AccountWithDefault): AccountShape => ({
  ...account,
  emailVerified: account.emailVerified === true,
  defaultWorkspaceId: defaultWorkspace?.id ?? null,
})

export const memberView = (member: Member): MemberShape => ({ ...member, emailVerified: member.emailVerified === true })

/** A workspace as a caller in a role sees it; `null` for an API key. */
export const workspaceView = (workspace: Workspace, role: Role | null): WorkspaceShape => ({ ...workspace, role })

export const defaultWorkspaceView = ({ defaultWorkspace, defaultMember }: AccountWithDefault): WorkspaceShape | null =>
  defaultWorkspace && defaultMember && workspaceView(defaultWorkspace, defaultMember.role)

/** A pending invitation; an accepted one is shown to nobody. */
export const invitationView = (invitation: Invitation): InvitationShape => ({ ...invitation, status: 'pending' })

export const apiKeyView = (apiKey: ApiKey) => ({ ...apiKey, scopes: [...apiKey.scopes] })

export const invoiceView = (invoice: Invoice) => ({ ...invoice, lines: [...invoice.lines] })

/** A deletion with its steps; `invoiceId` shows once the invoice is issued. */
export function deletionView(deletion: Deletion) {
  const { step, started, doneAt, purged, completedAt, invoiceId } = deletion
  const current = step === 'completed' ? deletionSteps.length : deletionSteps.indexOf(step)
  const stepStatus = (i: number) => (i < current ? 'done' : i === current && started ? 'running' : 'pending')
  return {
    ...deletion,
    status: completedAt ? ('completed' as const) : started ? ('running' as const) : ('queued' as const),
    steps: deletionSteps.map((name, i) => ({ name, status: stepStatus(i), at: doneAt[name] ?? null }) as const),
    purged: { ...purged },
    purgedItems: Object.values(purged).reduce((sum, n) => sum + n, 0),
    invoiceId: doneAt.issueFinalInvoice ? invoiceId : null,
  }
}
