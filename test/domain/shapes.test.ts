import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { accountShape } from '#shared/domain/account.ts'
import { apiKeyShape } from '#shared/domain/api-key.ts'
import { deletionShape, deletionSteps } from '#shared/domain/deletion.ts'
import { invitationShape, recordedInvitation } from '#shared/domain/invitation.ts'
import { invoiceShape } from '#shared/domain/invoice.ts'
import { memberShape } from '#shared/domain/member.ts'
import { paymentMethodShape } from '#shared/domain/payment-method.ts'
import { projectShape } from '#shared/domain/project.ts'
import { meterShape, usageShape } from '#shared/domain/usage.ts'
import { workspaceShape } from '#shared/domain/workspace.ts'

const at = '2026-11-24T10:00:00.000Z'

const invitation = {
  id: 'inv_1',
  workspaceId: 'ws_1',
  email: 'bob@example.com',
  role: 'member',
  status: 'pending',
  invitedBy: { accountId: 'acc_1', name: 'Ann' },
  createdAt: at,
  lastSentAt: at,
  sendCount: 1,
  expiresAt: at,
  delivery: 'sent',
}

/** The shapes that are published, each with an answer of it. */
const shapes: readonly (readonly [string, z.ZodMiniObject, Record<string, unknown>])[] = [
  [
    'Account',
    accountShape,
    { id: 'acc_1', email: 'ann@example.com', emailVerified: true, name: 'Ann', defaultWorkspaceId: null, createdAt: at },
  ],
  [
    'ApiKey',
    apiKeyShape,
    {
      id: 'key_1',
      name: 'Key',
      prefix: 'atr_01k0c5r2',
      last4: 'abcd',
      scopes: ['usage:write'],
      createdAt: at,
      createdBy: 'acc_1',
      expiresAt: null,
      lastUsedAt: at,
    },
  ],
  [
    'Deletion',
    deletionShape,
    {
      id: 'del_1',
      workspaceId: 'ws_1',
      workspaceName: 'Blue Team',
      status: 'running',
      requestedBy: 'acc_1',
      requestedAt: at,
      completedAt: null,
      steps: deletionSteps.map((name) => ({ name, status: 'pending', at: null })),
      purgedItems: 5,
      purged: { member: 5 },
      invoiceId: null,
    },
  ],
  ['Invitation', invitationShape, invitation],
  [
    'Invoice',
    invoiceShape,
    {
      id: 'in_1',
      number: 'ATR-000001',
      kind: 'final',
      workspaceId: 'ws_1',
      workspaceName: 'Blue Team',
      status: 'paid',
      periodStart: at,
      periodEnd: at,
      currency: 'usd',
      lines: [{ meter: 'storage', description: 'Storage', quantity: '1', unitPrice: '0.07', amount: 7 }],
      total: 10n ** 30n,
      issuedAt: at,
      paidAt: at,
      payment: { provider: 'stripe', reference: 'pi_1' },
      failure: null,
    },
  ],
  ['Member', memberShape, { accountId: 'acc_1', email: 'ann@example.com', emailVerified: false, name: 'Ann', role: 'admin', joinedAt: at }],
  ['Meter', meterShape, { id: 'storage', description: 'Storage', unit: 'GB-month', unitPrice: '0.07', currency: 'usd' }],
  ['PaymentMethod', paymentMethodShape, { provider: 'stripe', brand: 'visa', last4: '4242' }],
  ['Project', projectShape, { id: 'prj_1', workspaceId: 'ws_1', name: 'Site', createdAt: at, createdBy: 'key_1', updatedAt: at }],
  ['Usage', usageShape, { period: '2026-11', currency: 'usd', meters: [{ meter: 'storage', quantity: '12.5', amount: 88 }], total: 88 }],
  [
    'Workspace',
    workspaceShape,
    { id: 'ws_1', name: 'Blue Team', role: null, memberCount: 1, createdAt: at, createdBy: 'acc_1', updatedAt: at },
  ],
]

test.each(shapes)('an answer of the shape %s has its fields, and nothing of what is stored beside them', (_, shape, answer) => {
  expect(shape.parse({ ...answer, hash: 'secret', adminCount: 1 })).toEqual(answer)
  for (const field of Object.keys(answer)) {
    const { [field]: __, ...rest } = answer
    expect(shape.safeParse(rest).success, `May ${field} be left out? If so, say it in test/domain/shapes.test.ts`).toBe(
      shape === paymentMethodShape && field !== 'provider',
    )
  }
})

test.each(shapes)('the shape %s is published by that name', (name, shape) => {
  expect(z.globalRegistry.get(shape)?.id).toBe(name)
})

test('the stored record of an invitation has everything but its address', () => {
  const { email, ...rest } = invitation

  expect(recordedInvitation.parse(invitation)).toEqual(rest)
})
