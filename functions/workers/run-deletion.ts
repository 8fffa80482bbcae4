import { runDeletion as run } from '#shared/deletion/run.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const runDeletion = queueWorker({
  name: 'runDeletion',
  summary: 'Goes on with the deletion of a workspace: final invoice, charge, purge',
  queue: 'deletion',
  batchSize: 1,
  timeoutSeconds: 60,
  needs: ['table', 'queue', 'payments'],
  touches: ['get', 'query', 'put', 'update', 'batch write'],
  announces: ['deletion', 'mail'],
  handle: ({ deletionId }, tools) => run(deletionId, tools),
})
