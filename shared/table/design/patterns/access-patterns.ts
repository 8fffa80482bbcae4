import type { AccessPattern } from './access-pattern.ts'
import { accountPatterns } from './accounts.ts'
import { billingPatterns } from './billing.ts'
import { deletionPatterns } from './deletions.ts'
import { invitationPatterns } from './invitations.ts'
import { workspacePatterns } from './workspaces.ts'

/** Every access pattern; docs/table.md numbers them and says what each costs. */
export const accessPatterns: readonly AccessPattern[] = [
  ...accountPatterns,
  ...workspacePatterns,
  ...invitationPatterns,
  ...billingPatterns,
  ...deletionPatterns,
]
