import type { ApiKey } from '../../../domain/api-key.ts'
import type { IdempotencyRecord } from '../../../domain/idempotency-record.ts'
import type { Invitation } from '../../../domain/invitation.ts'
import { invitationDefaults, memberDefaults } from '../../../domain/items-of-before.ts'
import type { Member, MemberAddress } from '../../../domain/member.ts'
import type { Billing } from '../../../domain/payment-method.ts'
import type { Project } from '../../../domain/project.ts'
import type { Workspace } from '../../../domain/workspace.ts'
import { entity, type Item } from '../entity.ts'

export const workspace = /* @__PURE__ */ entity({
  is: 'name, status and the counters that rules are conditions on; who was dismissed lately' as Item<Workspace>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'WORKSPACE',
})

export const member = /* @__PURE__ */ entity({
  is: 'somebody in a workspace, with the role' as Item<Member>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'MEMBER#<accountId>',
  listed: { pk: 'ACCOUNT#<accountId>', sk: '<joinedAt>#<workspaceId>' },
  kind: 'member',
  defaults: memberDefaults,
})

export const memberAddress = /* @__PURE__ */ entity({
  is: 'says that an address is a member’s' as Item<MemberAddress>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'ADDRESS#<addressKey>',
  kind: 'memberAddress',
})

export const invitation = /* @__PURE__ */ entity({
  is: 'pending; or accepted within the last 7 days, or dead, until it would have expired' as Item<Invitation>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'INVITATION#<addressKey>',
  listed: { pk: 'ADDRESS#<mailbox>', sk: '<createdAt>#<invitationId>' },
  swept: true,
  kind: 'invitation',
  defaults: invitationDefaults,
})

export const project = /* @__PURE__ */ entity({
  is: 'a project' as Item<Project>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'PROJECT#<projectId>',
  kind: 'project',
})

export const apiKey = /* @__PURE__ */ entity({
  is: 'an API key: scopes and the hash of its secret' as Item<ApiKey>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'APIKEY#<apiKeyId>',
  kind: 'apiKey',
})

export const billing = /* @__PURE__ */ entity({
  is: 'customer and payment method at the payment provider' as Item<Billing>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'BILLING',
  kind: 'paymentMethod',
})

export const idempotencyRecord = /* @__PURE__ */ entity({
  is: 'a request with an Idempotency-Key that was answered' as Item<IdempotencyRecord>,
  pk: 'WORKSPACE#<workspaceId>',
  sk: 'REPLAY#<hash>',
  ttl: true,
  kind: 'idempotencyKey',
})
