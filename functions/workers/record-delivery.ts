import { recordDelivery as record } from '#shared/invitations/record-delivery.ts'
import { readMailEvent } from '#shared/mail/ses-event.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const recordDelivery = queueWorker({
  name: 'recordDelivery',
  summary: 'Notes that an e-mail bounced or was complained about, and keeps its address from being written to',
  queue: 'mailEvents',
  batchSize: 10,
  services: ['table'],
  tableActions: ['get', 'put', 'update', 'check'],
  read: readMailEvent,
  handle: async (event, { table, clock }) => {
    await record(table, event, clock())
  },
})
