import { expect, test } from 'vitest'
import type { Account } from '#shared/domain/account.ts'
import { accountView, defaultWorkspaceView } from '#shared/domain/account.ts'
import type { ApiKey } from '#shared/domain/api-key.ts'
import { apiKeyView } from '#shared/domain/api-key.ts'
import type { Deletion } from '#shared/domain/deletion.ts'
import { deletionView } from '#shared/domain/deletion.ts'
import type { Invitation } from '#shared/domain/invitation.ts'
import { invitationView } from '#shared/domain/invitation.ts'
import type { Invoice } from '#shared/domain/invoice.ts'
import { invoiceView } from '#shared/domain/invoice.ts'
import type { Member } from '#shared/domain/member.ts'
import type { Workspace } from '#shared/domain/workspace.ts'

const account = { id: 'acc_1', name: 'Ann' } as Account
const defaultWorkspace = { id: 'ws_1', name: 'Default Workspace' } as Workspace
const defaultMember = { role: 'admin' } as Member

test('an account is shown with its default workspace, or with none', () => {
  expect(accountView({ account, defaultWorkspace, defaultMember })).toMatchObject({ id: 'acc_1', name: 'Ann', defaultWorkspaceId: 'ws_1' })
  expect(accountView({ account, defaultWorkspace: null, defaultMember: null })).toMatchObject({ defaultWorkspaceId: null })
  expect(defaultWorkspaceView({ account, defaultWorkspace, defaultMember })).toMatchObject({ id: 'ws_1', role: 'admin' })
  expect(defaultWorkspaceView({ account, defaultWorkspace, defaultMember: null })).toBeNull()
})

test('a view is a copy', () => {
  const lines = [{ meter: 'storage' }] as unknown as Invoice['lines']
  const apiKey = { id: 'key_1', scopes: ['usage:read'] } as unknown as ApiKey

  expect(apiKeyView(apiKey)).toEqual(apiKey)
  expect(apiKeyView(apiKey).scopes).not.toBe(apiKey.scopes)
  expect(invoiceView({ id: 'in_1', lines } as Invoice)).toEqual({ id: 'in_1', lines })
  expect(invitationView({ id: 'inv_1' } as Invitation)).toMatchObject({ id: 'inv_1', status: 'pending' })
})

const deletion = (rest: Partial<Deletion>): Deletion =>
  ({ id: 'del_1', step: 'revokeAccess', started: false, doneAt: {}, purged: {}, completedAt: null, invoiceId: 'in_1', ...rest }) as Deletion

test('a deletion is queued until a worker has begun it', () => {
  const { status, steps, purgedItems, invoiceId } = deletionView(deletion({}))

  expect({ status, purgedItems, invoiceId }).toEqual({ status: 'queued', purgedItems: 0, invoiceId: null })
  expect(steps).toEqual(
    ['revokeAccess', 'revokeApiKeys', 'issueFinalInvoice', 'chargeFinalInvoice', 'purgeData'].map((name) => ({
      name,
      status: 'pending',
      at: null,
    })),
  )
})

test('a running deletion shows which steps are done and which one is in progress', () => {
  const doneAt = { revokeAccess: 'a', revokeApiKeys: 'b', issueFinalInvoice: 'c' }
  const { status, steps, purged, purgedItems, invoiceId } = deletionView(
    deletion({ started: true, step: 'chargeFinalInvoice', doneAt, purged: { apiKey: 2, member: 3 } }),
  )

  expect({ status, purged, purgedItems, invoiceId }).toEqual({
    status: 'running',
    purged: { apiKey: 2, member: 3 },
    purgedItems: 5,
    invoiceId: 'in_1',
  })
  expect(steps.map((step) => step.status)).toEqual(['done', 'done', 'done', 'running', 'pending'])
  expect(steps.map((step) => step.at)).toEqual(['a', 'b', 'c', null, null])
})

test('a completed deletion has nothing left to do', () => {
  const { status, steps } = deletionView(deletion({ started: true, step: 'completed', completedAt: 'z' }))

  expect(status).toBe('completed')
  expect(steps.every((step) => step.status === 'done')).toBe(true)
})
