import { recordDelivery as record } from '#shared/invitations/record-delivery.ts'
import { readMailEvent } from '#shared/mail/ses-event.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const recordDelivery = queueWorker({
  name: 'recordDelivery',
  summary: 'Records bounces and complaints, and stops further e-mail to those addresses',
  queue: 'mailEvents',
  batchSize: 10,
  services: ['table'],
  tableActions: ['get', 'put', 'update', 'check'],
  read: readMailEvent,
  handle: async (event, { table, clock }) => {
    await record(table, event, clock())
  },
})
