import { readMailEvent } from '#shared/mail/mail-event.ts'
import { recordDelivery as record } from '#shared/table/delivering.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const recordDelivery = queueWorker({
  name: 'recordDelivery',
  summary: 'Notes on an invitation that its e-mail bounced or was complained about',
  queue: 'mailEvents',
  batchSize: 10,
  needs: ['table'],
  touches: ['get', 'put', 'update', 'check'],
  read: readMailEvent,
  handle: async (event, { table, clock }) => {
    await record(table, event, clock())
  },
})
