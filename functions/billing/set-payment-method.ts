import * as z from 'zod/mini'
import { replacePaymentMethod } from '#shared/billing/payment-method.ts'
import { paymentMethodShape } from '#shared/domain/payment-method.ts'
import { access, operation } from '#shared/http/operation.ts'
import { readBillingWithTries } from '#shared/table/invoices.ts'

export const setPaymentMethod = operation({
  name: 'setPaymentMethod',
  method: 'PUT',
  path: '/v1/workspaces/{workspaceId}/payment-method',
  summary: 'Set the payment method of a workspace',
  tag: 'Usage and billing',
  access: access.member('manageBilling'),
  services: ['table', 'payments'],
  tableActions: ['put', 'update', 'check'],
  body: z.strictObject({ paymentMethodId: z.string().check(z.minLength(1), z.maxLength(255)) }),
  output: paymentMethodShape,
  refuses: ['payment_method_refused', 'rate_limited'],
  load: ({ path, caller, table }) => readBillingWithTries(table, path.workspaceId, caller.accountId),
  handle: ({
    loaded,
    workspace,
    authorizationCheck,
    member: { accountId },
    body: { paymentMethodId },
    table,
    payments,
    clock,
    now,
    remaining,
  }) =>
    replacePaymentMethod({
      table,
      payments,
      clock,
      now,
      remaining,
      authorizationCheck,
      workspace,
      beside: loaded,
      accountId,
      paymentMethodId,
    }),
})
