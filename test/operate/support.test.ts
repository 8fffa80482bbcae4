import { expect, test } from 'vitest'
import { masked, supportReport } from '#infra/operate/support-report.ts'
import { finalInvoiceIdOf } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import { type Departure, departure } from '../support/departure.ts'
import { crowd, tamper } from '../support/scene.ts'

const reportOn = async ({ world, workspaceId }: Departure) => (await supportReport(world.services.table, workspaceId))?.join('\n') ?? ''

test('of an active workspace support sees counts, usage, payment and the state of each e-mail, and no full address', async () => {
  const team = await departure()
  await team.card('pm_card_visa')
  await team.use('storage', '12.5')
  await team.invite('bob@example.com', 'developer')
  await team.mail()
  await team.invite('carl@example.com')

  const report = await reportOn(team)

  expect(report).toMatch(new RegExp(`^workspace +${team.workspaceId} active$`, 'm'))
  expect(report).toMatch(/^members +1 \(admins: 1\)$/m)
  expect(report).toMatch(/^API keys +1$/m)
  expect(report).toMatch(/^usage +storage 12.5 /m)
  expect(report).toMatch(/^payment +stripe visa …4242$/m)
  expect(report).toMatch(/b\*\*\*@example\.com developer sent, e-mails: 1/)
  expect(report).toMatch(/c\*\*\*@example\.com member queued \(owed\), e-mails: 1/)
  expect(report).toMatch(/^invoices +none issued$/m)
  expect(report).not.toMatch(/bob@|carl@|ann@|atr_|hash/i)
})

test('support sees which invitations are dead because of whoever sent them', async () => {
  const team = await departure()
  const boss = await team.join('boss@example.com', 'admin')
  await team.invite('bob@example.com', 'developer', boss.token)
  await team.invite('carl@example.com')
  await team.here('removeMember', { path: { accountId: boss.id } })

  for (const others of [0, 12]) {
    // After so many others it is no longer noted who was removed: the invitation itself says that it is dead.
    for (const { accountId } of await crowd(team.world, team.workspaceId, others)) await team.here('removeMember', { path: { accountId } })
    const report = await reportOn(team)
    expect(report).toMatch(/^invitations +1 pending$/m)
    expect(report).toMatch(/b\*\*\*@example\.com .*\(dead: /)
    expect(report).not.toMatch(/c\*\*\*@example\.com .*\(dead: /)
  }
})

test('of a workspace in deletion support sees its progress, and that the payment provider is down', async () => {
  const team = await departure()
  await team.card('pm_card_visa')
  await team.use('storage', '12.5')
  await team.erase()
  team.provider.faults.paymentProvider = 'down'
  await team.world.run('runDeletion')

  const report = await reportOn(team)

  expect(report).toMatch(new RegExp(`^workspace +${team.workspaceId} deleting$`, 'm'))
  expect(report).toMatch(/issueFinalInvoice done 2026-/)
  expect(report).toMatch(/chargeFinalInvoice running *$/m)
  expect(report).toMatch(/payment provider asked 1 times, again at 2026-/)
  expect(report).toMatch(/^invoices +in_\w+ ATR-000001 open 88 usd/m)
})

test('of a workspace that is gone support sees the receipt and the invoice', async () => {
  const team = await departure()
  await team.card('pm_card_visa')
  await team.use('storage', '12.5')
  await team.erase()
  await team.finish()

  const report = await reportOn(team)

  expect(report).toMatch(new RegExp(`^workspace +${team.workspaceId} deleted$`, 'm'))
  expect(report).toMatch(/^deletion +del_\w+ completed$/m)
  expect(report).toMatch(/purgeData done 2026-/)
  expect(report).toMatch(/^invoices +in_\w+ ATR-000001 paid 88 usd/m)
  expect(report).not.toContain('Blue Team')
})

test('support sees whose e-mail address was never verified, so that no invoice is mailed to it', async () => {
  const team = await departure()
  const boss = await team.join('boss@example.com', 'admin')
  await tamper(team.world, keys.account(boss.id), { emailVerified: false })

  const live = await reportOn(team)
  await team.erase()
  await team.finish()
  const gone = await reportOn(team)

  for (const report of [live, gone]) {
    expect(report).toMatch(new RegExp(`^ +${boss.id} b\\*\\*\\*@example\\.com not verified: gets no e-mail but invitations`, 'm'))
    expect(report).toMatch(new RegExp(`^ +${team.ann.id} a\\*\\*\\*@example\\.com verified`, 'm'))
  }
})

test('support sees what an invoice still owes to the payment provider, and since when or from when', async () => {
  const team = await departure()
  await team.card('pm_card_visa')
  await team.use('storage', '12.5')
  await team.erase()
  await team.finish()
  const key = keys.invoice(finalInvoiceIdOf(team.workspaceId))

  const settled = await reportOn(team)
  await tamper(team.world, key, {
    status: 'open',
    detached: false,
    attempt: '2026-11-24T10:00:00.000Z#1',
    issuedAt: '2026-11-24T10:00:00.000Z',
  })
  const owing = await reportOn(team)

  expect(settled).not.toContain('provider:')
  expect(owing).toMatch(/^ +owed to the provider: a look at the attempt of 2026-11-24T10:00:00.000Z, whose outcome is unknown$/m)
  expect(owing).toMatch(/^ +owed to the provider: the payment method is detached from 2027-02-22T10:00:00.000Z on$/m)
})

test('a workspace that never existed has no report', async () => {
  const { world } = await departure()

  expect(await supportReport(world.services.table, `ws_${'0'.repeat(26)}`)).toBeUndefined()
  expect(masked('é.x@example.com')).toBe('é***@example.com')
})
