import * as z from 'zod/mini'
import { replacePaymentMethod } from '#shared/billing/payment-method.ts'
import { paymentMethodShape } from '#shared/domain/shapes.ts'
import { member, operation } from '#shared/http/operation.ts'

export const setPaymentMethod = operation({
  name: 'setPaymentMethod',
  method: 'PUT',
  path: '/v1/workspaces/{workspaceId}/payment-method',
  summary: 'Set what the invoices of a workspace are charged to',
  tag: 'Usage and billing',
  access: member('manageBilling'),
  needs: ['table', 'payments'],
  touches: ['put', 'check'],
  body: z.strictObject({ paymentMethodId: z.string().check(z.minLength(1), z.maxLength(255)) }),
  output: paymentMethodShape,
  refuses: ['payment_method_refused'],
  handle: ({ workspace, permit, body, table, payments, clock, now }) =>
    replacePaymentMethod({ table, payments, clock, now, workspaceId: workspace.id, permit }, body.paymentMethodId),
})
