import { expect, test } from 'vitest'
import * as keys from '#shared/table/design/keys.ts'
import { deletionOf, departure, finish, leftoversOf } from '../support/departure.ts'
import { allRows, kindOf } from '../support/invariants.ts'
import { putAll } from '../support/scene.ts'
import { signUp, tokenOf } from '../support/world.ts'

test('a deleted workspace leaves a paid invoice, one charge, a receipt, and nothing else', async () => {
  const d = await departure()
  await d.card('pm_card_visa')
  await d.report([
    { id: 'a', meter: 'storage', quantity: '12.5' },
    { id: 'b', meter: 'requests', quantity: 5000 },
  ])
  await d.here('createProject', { body: { name: 'Rocket' }, headers: { 'idempotency-key': 'once' } })
  const { body: preview } = await d.here('previewInvoice')

  const { status, body: deletion, headers } = await d.erase()
  expect(status).toBe(202)
  expect(headers.location).toBe(`/v1/deletions/${d.deletionId}`)
  expect(deletion).toMatchObject({ id: d.deletionId, status: 'queued', requestedBy: d.ann.id, invoiceId: null, purgedItems: 0 })
  expect(await d.finish()).toEqual([])

  const invoice = await d.invoice()
  expect(preview).toMatchObject({ status: 'draft', number: null, total: 288 })
  expect(invoice).toMatchObject({
    status: 'paid',
    number: 'ATR-000001',
    kind: 'final',
    workspaceName: 'Blue Team',
    total: 288,
    failure: null,
  })
  expect(invoice.lines).toEqual(preview.lines)
  expect(invoice.payment).toEqual({ provider: 'stripe', reference: d.provider.intents()[0]?.id })
  expect(d.charges()).toEqual([{ amount: 288, status: 'succeeded' }])
  const receipt = await d.deletion()
  expect(receipt).toMatchObject({ status: 'completed', invoiceId: d.invoiceId, workspaceName: 'Blue Team' })
  expect(receipt.steps.map(({ status }: { status: string }) => status)).toEqual(['done', 'done', 'done', 'done', 'done'])
  expect(receipt.purged).toEqual({
    apiKey: 1,
    usageEvent: 2,
    usageCounter: receipt.purged.usageCounter,
    member: 1,
    memberAddress: 1,
    project: 1,
    paymentMethod: 1,
    idempotencyKey: 1,
  })
  expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])
  const rows = await allRows(d.world.services.table)
  expect(rows.flatMap((row) => (kindOf(row) === 'Workspace' && row.status === 'deleted' ? [Object.keys(row).sort()] : []))).toEqual([
    ['deletedAt', 'deletionId', 'id', 'pk', 'sk', 'status', 'v'],
  ])
})

test('from the 202 on, every member and key is refused, and pending invitations are dead', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'developer')
  await d.invite('cid@example.com')
  await d.mail()
  const token = d.world.linkToken('cid@example.com')
  const cid = tokenOf('cid@example.com')
  await signUp(d.world, 'cid@example.com')

  await d.erase()

  for (const as of [d.ann.token, bob.token])
    for (const operation of ['getWorkspace', 'listMembers', 'listProjects', 'listApiKeys', 'getUsage', 'previewInvoice', 'listInvoices'])
      expect(await d.here(operation, { as })).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
  expect(await d.here('createProject', { body: { name: 'Late' } })).toMatchObject({ status: 404 })
  expect(await d.here('leaveWorkspace', { as: bob.token })).toMatchObject({ status: 404 })
  expect(await d.use('storage', 1)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  expect(await d.here('getWorkspace', { as: d.secret })).toMatchObject({ status: 401 })
  expect(await d.world.call('whoami', { as: d.secret })).toMatchObject({ status: 401 })
  expect(await d.world.call('listMeters', { as: d.secret })).toMatchObject({ status: 401 })
  expect(await d.world.call('lookUpInvitation', { body: { token } })).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
  expect(await d.world.call('acceptInvitation', { as: cid, body: { token } })).toMatchObject({ status: 404 })
  expect(await d.world.call('declineInvitation', { as: cid, body: { token } })).toMatchObject({ status: 404 })
  expect((await d.world.call('listMyInvitations', { as: cid })).body.data).toEqual([])
  expect((await d.world.call('listWorkspaces', { as: bob.token })).body.data).toHaveLength(1)
})

test('only an admin deletes, and only with the exact name', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'developer')
  const mallory = await signUp(d.world, 'mallory@example.com')

  expect(await d.erase('Blue Team', bob.token)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await d.erase('Blue Team', mallory.token)).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } })
  expect(await d.erase('Blue Team', d.secret)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  for (const confirm of ['blue team', ' Blue Team', ''])
    expect(await d.erase(confirm)).toMatchObject({ status: 400, body: { code: 'confirmation_mismatch' } })
  expect(await d.here('deleteWorkspace')).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', errors: [{ pointer: '?confirm' }] },
  })
  expect(await d.here('getWorkspace')).toMatchObject({ status: 200 })
})

test('a repeated DELETE by a former admin answers 202 with the same deletion, with any confirm, even after completion', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'admin')
  const cid = await d.join('cid@example.com', 'developer')
  const first = await d.erase()

  for (const phase of ['queued', 'completed']) {
    if (phase === 'completed') await d.finish()
    for (const as of [d.ann.token, bob.token]) {
      const again = await d.erase('anything', as)
      expect(again).toMatchObject({ status: 202, body: { id: first.body.id, requestedBy: d.ann.id, status: phase } })
      expect(again.headers.location).toBe(first.headers.location)
      expect(await d.here('deleteWorkspace', { as })).toMatchObject({ status: 202 })
    }
    expect(await d.erase('Blue Team', cid.token)).toMatchObject({ status: 404 })
  }
})

test('concurrent DELETEs all answer 202 with the same deletion', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'admin')

  const answers = await Promise.all([d.erase(), d.erase('Blue Team', bob.token), d.erase(), d.erase('Blue Team', bob.token)])

  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
  expect(new Set(answers.map(({ body }) => body.requestedBy)).size).toBe(1)
  await d.finish()
  expect(d.provider.intents()).toEqual([])
})

test('the requester and the former admins can read the deletion and the invoice for ever, and nobody else can', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'admin')
  const cid = await d.join('cid@example.com', 'developer')
  await d.use('storage', 100)
  await d.erase()

  for (const phase of ['before', 'after']) {
    if (phase === 'after') await d.finish()
    for (const { token } of [d.ann, bob]) expect(await d.deletion(token)).toMatchObject({ id: d.deletionId })
    expect(await d.deletion(cid.token)).toMatchObject({ status: 404, code: 'deletion_not_found' })
  }
  for (const { token } of [d.ann, bob]) {
    expect(await d.invoice(token)).toMatchObject({ id: d.invoiceId, status: 'open' })
    expect((await d.world.call('listMyInvoices', { as: token })).body).toMatchObject({ data: [{ id: d.invoiceId }], nextCursor: null })
  }
  expect(await d.invoice(cid.token)).toMatchObject({ status: 404, code: 'invoice_not_found' })
  expect(await d.pay('pm_card_visa', cid.token)).toMatchObject({ status: 404, body: { code: 'invoice_not_found' } })
  expect((await d.world.call('listMyInvoices', { as: cid.token })).body.data).toEqual([])
})

test('the invoice is mailed only to the requester and the other admins, and retried until SES accepts it', async () => {
  const d = await departure()
  await d.join('bob@example.com', 'admin')
  await d.join('cid@example.com', 'developer')
  await d.use('storage', 100)
  await d.mail()
  d.world.mails.length = 0
  await d.erase()
  await d.finish()

  d.world.mailError = new Error('SES is away')
  expect(await d.mail()).toHaveLength(2)
  d.world.mailError = undefined
  d.world.passSeconds(61)
  await d.world.run('cleanUp')
  const owed = d.world.queued.map(({ message }) => message)
  expect(await d.world.run('sendMail', [...owed, ...owed])).toEqual([])

  expect(d.world.mails.map(({ to }) => to).sort()).toEqual(['ann@example.com', 'bob@example.com'])
  const [mail] = d.world.mails
  expect(mail?.subject).toBe('Your final invoice ATR-000001')
  expect(mail?.text).toContain('Total: 7.00 USD')
  expect(mail?.html).toContain('7.00 USD')
  d.world.passSeconds(3_600)
  await d.world.run('cleanUp')
  await d.mail()
  expect(d.world.mails).toHaveLength(2)
})

test('a declined card makes the invoice uncollectible; the purge continues, and the invoice can be paid later', async () => {
  const d = await departure()
  await d.card('pm_card_chargeCustomerFail')
  await d.use('storage', 100)
  await d.erase()
  await d.finish()

  expect(await d.invoice()).toMatchObject({
    status: 'uncollectible',
    failure: expect.stringContaining('declined'),
    paidAt: null,
    payment: null,
  })
  expect(await d.deletion()).toMatchObject({ status: 'completed' })
  expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])
  expect(await d.pay('pm_card_chargeDeclinedInsufficientFunds')).toMatchObject({
    status: 200,
    body: { status: 'uncollectible', failure: expect.stringContaining('insufficient') },
  })
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid', failure: null, total: 700 } })
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })
  expect(d.charges().filter(({ status }) => status === 'succeeded')).toEqual([{ amount: 700, status: 'succeeded' }])
  expect(d.provider.intents()).toHaveLength(1)
})

test('without a payment method the invoice stays open and can be paid by another admin', async () => {
  const d = await departure()
  const bob = await d.join('bob@example.com', 'admin')
  await d.use('storage', 100)
  await d.erase()
  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'open', failure: null })
  expect(d.charges()).toEqual([])
  const paid = await d.pay('pm_card_visa', bob.token)
  expect(paid).toMatchObject({ status: 200, body: { status: 'paid', paidAt: d.world.now.toISOString() } })
  expect(d.charges()).toEqual([{ amount: 700, status: 'succeeded' }])
})

test.each([['pm_card_visa'], [undefined]])(
  'an amount below the least that is charged is waived, with the payment method %s',
  async (card) => {
    const d = await departure()
    if (card) await d.card(card)
    await d.use('storage', 1)
    await d.erase()
    await d.finish()

    expect(await d.invoice()).toMatchObject({ status: 'waived', total: 7, failure: null, paidAt: null, payment: null })
    expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'waived' } })
    await d.mail()
    expect(d.world.mails.at(-1)?.text).toContain('nothing to pay')
    expect(d.charges()).toEqual([])
    expect(d.provider.intents()).toEqual([])
  },
)

test('a card that needs its holder’s participation is refused for good', async () => {
  const d = await departure()
  await d.card('pm_card_authenticationRequired')
  await d.use('storage', 100)
  await d.erase()
  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'uncollectible', failure: expect.stringContaining('authenticate') })
})

test('an invoice over zero is paid at once without a charge, and the card is detached', async () => {
  const d = await departure()
  await d.card('pm_card_visa')
  await d.erase()
  await d.finish()

  expect(await d.invoice()).toMatchObject({
    status: 'paid',
    total: 0,
    lines: [],
    payment: null,
    paidAt: expect.any(String),
    number: 'ATR-000001',
  })
  expect(d.charges()).toEqual([])
  expect(d.provider.intents()).toEqual([])
})

test('a provider that is down is retried with back-off, and the workspace is purged once it has answered', async () => {
  const d = await departure()
  await d.card('pm_card_visa')
  await d.use('storage', 100)
  await d.erase()
  d.provider.faults.paymentProvider = 'down'

  await d.world.run('runDeletion')
  const first = await deletionOf(d.world, d.workspaceId)
  expect(first).toMatchObject({
    step: 'chargeFinalInvoice',
    chargeAttempts: 1,
    nextAttemptAt: new Date(d.world.now.getTime() + 2_000).toISOString(),
  })
  await d.world.run('runDeletion', [{ deletionId: d.deletionId }])
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ chargeAttempts: 1 })
  d.world.passSeconds(2)
  await d.world.run('runDeletion', [{ deletionId: d.deletionId }])
  expect(await deletionOf(d.world, d.workspaceId)).toMatchObject({ chargeAttempts: 2 })
  expect(await d.deletion()).toMatchObject({ status: 'running' })
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '30' } })
  d.provider.faults.paymentProvider = null
  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'paid' })
  expect(d.charges()).toEqual([{ amount: 700, status: 'succeeded' }])
})

test('a provider that stays down is given up after CHARGE_GIVE_UP_SECONDS: the invoice stays open, the purge continues, and it can be paid later', async () => {
  const d = await departure({ CHARGE_GIVE_UP_SECONDS: '600' })
  await d.card('pm_provider_down')
  await d.use('storage', 100)
  await d.erase()
  const began = d.world.now.getTime()
  await d.finish()

  const waited = (d.world.now.getTime() - began) / 1_000
  expect(waited).toBeGreaterThanOrEqual(600)
  expect(waited).toBeLessThan(800)
  expect(await d.invoice()).toMatchObject({ status: 'open', failure: null })
  expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])
  await d.mail()
  expect(d.world.mails.at(-1)).toMatchObject({ to: 'ann@example.com', text: expect.stringContaining('not been charged') })
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 200, body: { status: 'paid' } })
  expect(d.charges()).toEqual([{ amount: 700, status: 'succeeded' }])
  expect(d.provider.intents()).toHaveLength(1)
})

test('two concurrent payments charge once', async () => {
  const d = await departure()
  await d.use('storage', 100)
  await d.erase()
  await d.finish()

  const answers = await Promise.all([d.pay('pm_card_visa'), d.pay('pm_card_mastercard'), d.pay('pm_card_visa')])
  for (const { status } of answers) expect([200, 503]).toContain(status)
  await d.pay('pm_card_visa')

  expect(await d.invoice()).toMatchObject({ status: 'paid' })
  expect(d.charges().filter(({ status }) => status === 'succeeded')).toHaveLength(1)
  expect(d.provider.intents()).toHaveLength(1)
})

test('without a configured provider an invoice stays open, and paying answers 503', async () => {
  const d = await departure()
  Object.assign(d.world.services, { payments: undefined })
  await d.use('storage', 100)
  expect(await d.card('pm_card_visa')).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  await d.erase()
  await d.finish()

  expect(await d.invoice()).toMatchObject({ status: 'open' })
  expect(await d.pay('pm_card_visa')).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } })
})

test('the sweep resends a message that never arrived; a duplicate or late message finds nothing to do', async () => {
  const d = await departure()
  await d.card('pm_card_visa')
  await d.use('storage', 100)
  await d.erase()
  d.world.queued.length = 0

  await d.world.run('cleanUp')
  expect(d.world.queued.filter(({ queue }) => queue === 'deletion')).toEqual([])
  d.world.passSeconds(31)
  await d.world.run('cleanUp')
  expect(d.world.queued.filter(({ queue }) => queue === 'deletion')).toHaveLength(1)
  const message = { deletionId: d.deletionId }
  expect(await d.world.run('runDeletion', [message, message, message])).toEqual([])
  await d.finish()
  const receipt = await d.deletion()
  const late = await d.world.run('runDeletion', [message, message])

  expect(late).toEqual([])
  expect(await d.deletion()).toEqual(receipt)
  expect(d.charges()).toEqual([{ amount: 700, status: 'succeeded' }])
})

test('reading a deletion with an unknown or malformed id answers 404, and a message with one does nothing', async () => {
  const d = await departure()
  for (const deletionId of [d.deletionId, 'del_nonsense', `del_${'0'.repeat(26)}`])
    expect(await d.world.call('getDeletion', { as: d.ann.token, path: { deletionId } })).toMatchObject({
      status: 404,
      body: { code: 'deletion_not_found' },
    })
  expect(await d.world.run('runDeletion', [{ deletionId: `del_${'0'.repeat(26)}` }])).toEqual([])
})

test('more items than fit on a page are erased in several runs and counted exactly', async () => {
  const d = await departure()
  const now = d.world.now.toISOString()
  const crowd = Array.from({ length: 2_345 }, (_, i) => ({
    ...keys.project({ workspaceId: d.workspaceId, projectId: `prj_${String(i).padStart(26, '0')}` }),
    name: 'x',
    createdAt: now,
  }))
  await putAll(d.world, crowd)
  await d.erase()
  await d.finish()

  expect(await d.deletion()).toMatchObject({ status: 'completed', purged: { project: 2_345, member: 1, apiKey: 1 } })
  expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])
})

test('deleting the default workspace sets defaultWorkspaceId to null for good', async () => {
  const d = await departure()
  const path = { workspaceId: d.ann.workspaceId }
  await d.world.call('deleteWorkspace', { as: d.ann.token, path, query: { confirm: 'Default Workspace' } })

  expect((await d.world.call('getMe', { as: d.ann.token })).body).toMatchObject({ defaultWorkspaceId: null })
  await finish(d.world, d.ann.workspaceId)
  expect((await d.world.call('getMe', { as: d.ann.token })).body).toMatchObject({ defaultWorkspaceId: null })
  expect((await d.world.call('createAccount', { as: d.ann.token })).body).toMatchObject({ defaultWorkspace: null })
})

test('after the deletion, an earlier Idempotency-Key answers 404, and so does a replayed createWorkspace', async () => {
  const d = await departure()
  const headers = { 'idempotency-key': 'once' }
  const made = await d.world.call('createWorkspace', { as: d.ann.token, body: { name: 'Red Team' }, headers })
  const path = { workspaceId: made.body.id as string }
  await d.world.call('createProject', { as: d.ann.token, path, body: { name: 'Rocket' }, headers })
  await d.world.call('deleteWorkspace', { as: d.ann.token, path, query: { confirm: 'Red Team' } })

  for (const phase of ['deleting', 'deleted']) {
    if (phase === 'deleted') await finish(d.world, path.workspaceId)
    expect(await d.world.call('createProject', { as: d.ann.token, path, body: { name: 'Rocket' }, headers })).toMatchObject({ status: 404 })
    expect(await d.world.call('createWorkspace', { as: d.ann.token, body: { name: 'Red Team' }, headers })).toMatchObject({ status: 404 })
  }
})

test('invoice numbers have no gaps and no duplicates, even if deletions race', async () => {
  const d = await departure()
  const ids: string[] = []
  for (let i = 0; i < 6; i++) {
    const { body } = await d.world.call('createWorkspace', { as: d.ann.token, body: { name: `Team ${i}` } })
    await d.world.call('deleteWorkspace', { as: d.ann.token, path: { workspaceId: body.id }, query: { confirm: `Team ${i}` } })
    ids.push(body.id)
  }
  await d.world.run('runDeletion')
  for (const id of ids) await finish(d.world, id)

  const { body } = await d.world.call('listMyInvoices', { as: d.ann.token })
  expect(body.data.map(({ number }: { number: string }) => number).sort()).toEqual(ids.map((_, i) => `ATR-00000${i + 1}`))
})
