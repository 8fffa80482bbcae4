import { readMailEvent } from '#shared/mail/mail-event.ts'
import { recordDelivery as record } from '#shared/table/delivering.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const recordDelivery = queueWorker({
  name: 'recordDelivery',
  summary: 'Notes that an e-mail bounced or was complained about, and keeps its address from being written to',
  queue: 'mailEvents',
  batchSize: 10,
  needs: ['table'],
  touches: ['get', 'put', 'update', 'check'],
  read: readMailEvent,
  handle: async (event, { table, clock }) => {
    await record(table, event, clock())
  },
})
