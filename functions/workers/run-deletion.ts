import { settleWithProvider } from '#shared/billing/owed.ts'
import { runDeletion as run } from '#shared/deletion/run.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const runDeletion = queueWorker({
  name: 'runDeletion',
  summary: 'Continues the deletion of a workspace (final invoice, charge, purge) and settles the invoice with the payment provider',
  queue: 'deletion',
  batchSize: 1,
  timeoutSeconds: 60,
  services: ['table', 'queue', 'payments'],
  tableActions: ['get', 'query', 'put', 'update', 'batch write'],
  sendsTo: ['deletion', 'mail'],
  handle: (work, tools) => ('invoiceId' in work ? settleWithProvider(work.invoiceId, tools) : run(work.deletionId, tools)),
})
