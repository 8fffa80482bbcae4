import { sendInvitation } from '#shared/mail/send-invitation.ts'
import { sendInvoice } from '#shared/mail/send-invoice.ts'
import { queueWorker } from '#shared/worker/worker.ts'

export const sendMail = queueWorker({
  name: 'sendMail',
  summary: 'Sends invitations and final invoices by e-mail',
  queue: 'mail',
  batchSize: 10,
  needs: ['table', 'mail'],
  touches: ['get', 'update', 'check'],
  handle: (message, tools) => (message.kind === 'invitation' ? sendInvitation(message, tools) : sendInvoice(message, tools)),
})
