import { sendInvoice } from '#shared/billing/send-invoice.ts'
import { sendInvitation } from '#shared/invitations/send-email.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const sendMail = queueWorker({
  name: 'sendMail',
  summary: 'Sends invitations and final invoices by e-mail',
  queue: 'mail',
  batchSize: 10,
  services: ['table', 'mail'],
  tableActions: ['get', 'update', 'check'],
  handle: (message, tools) => (message.kind === 'invitation' ? sendInvitation(message, tools) : sendInvoice(message, tools)),
})
