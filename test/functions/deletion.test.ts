import { expect, test } from 'vitest'
import { departure, leftoversOf } from '#test/support/departure.ts'
import { allRows, kindOf } from '#test/support/invariants.ts'

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
    ['deletedAt', 'deletionId', 'id', 'pk', 'sk', 'status'],
  ])
})
