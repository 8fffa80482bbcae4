import type { Operation } from '#shared/http/operation.ts'
import { createAccount } from './accounts/create-account.ts'
import { getMe } from './accounts/get-me.ts'
import { whoami } from './accounts/whoami.ts'
import { createApiKey } from './api-keys/create-api-key.ts'
import { listApiKeys } from './api-keys/list-api-keys.ts'
import { revokeApiKey } from './api-keys/revoke-api-key.ts'
import { rotateApiKey } from './api-keys/rotate-api-key.ts'
import { getInvoice } from './billing/get-invoice.ts'
import { listInvoices } from './billing/list-invoices.ts'
import { listMyInvoices } from './billing/list-my-invoices.ts'
import { payInvoice } from './billing/pay-invoice.ts'
import { previewInvoice } from './billing/preview-invoice.ts'
import { setPaymentMethod } from './billing/set-payment-method.ts'
import { deleteWorkspace } from './deletions/delete-workspace.ts'
import { getDeletion } from './deletions/get-deletion.ts'
import { acceptInvitation } from './invitations/accept-invitation.ts'
import { createInvitations } from './invitations/create-invitations.ts'
import { declineInvitation } from './invitations/decline-invitation.ts'
import { listInvitations } from './invitations/list-invitations.ts'
import { listMyInvitations } from './invitations/list-my-invitations.ts'
import { lookUpInvitation } from './invitations/look-up-invitation.ts'
import { resendInvitation } from './invitations/resend-invitation.ts'
import { revokeInvitation } from './invitations/revoke-invitation.ts'
import { leaveWorkspace } from './members/leave-workspace.ts'
import { listMembers } from './members/list-members.ts'
import { removeMember } from './members/remove-member.ts'
import { updateMember } from './members/update-member.ts'
import { createProject } from './projects/create-project.ts'
import { deleteProject } from './projects/delete-project.ts'
import { getProject } from './projects/get-project.ts'
import { listProjects } from './projects/list-projects.ts'
import { updateProject } from './projects/update-project.ts'
import { config } from './service/config.ts'
import { health } from './service/health.ts'
import { invitationPage } from './service/invitation-page.ts'
import { openapi } from './service/openapi.ts'
import { getUsage } from './usage/get-usage.ts'
import { listMeters } from './usage/list-meters.ts'
import { reportUsage } from './usage/report-usage.ts'
import { createWorkspace } from './workspaces/create-workspace.ts'
import { getWorkspace } from './workspaces/get-workspace.ts'
import { listWorkspaces } from './workspaces/list-workspaces.ts'
import { updateWorkspace } from './workspaces/update-workspace.ts'

/**
 * Every operation. Functions, routes, grants, the local service, OpenAPI and the laws are derived from this list: an operation that is
 * not here does not exist. Operation `createAccount` is declared in the file `create-account.ts` of its noun's folder.
 */
export const operations: readonly Operation[] = [
  createAccount,
  whoami,
  getMe,
  listMyInvitations,
  listWorkspaces,
  createWorkspace,
  getWorkspace,
  updateWorkspace,
  deleteWorkspace,
  getDeletion,
  listMembers,
  updateMember,
  leaveWorkspace,
  removeMember,
  createInvitations,
  listInvitations,
  resendInvitation,
  revokeInvitation,
  lookUpInvitation,
  acceptInvitation,
  declineInvitation,
  listProjects,
  createProject,
  getProject,
  updateProject,
  deleteProject,
  listApiKeys,
  createApiKey,
  rotateApiKey,
  revokeApiKey,
  listMeters,
  reportUsage,
  getUsage,
  setPaymentMethod,
  previewInvoice,
  listInvoices,
  listMyInvoices,
  getInvoice,
  payInvoice,
  health,
  config,
  invitationPage,
  openapi,
]
