import type { Account } from '../../../domain/account.ts'
import type { IdempotencyRecord } from '../../../domain/idempotency-record.ts'
import { accountDefaults } from '../../../domain/items-of-before.ts'
import type { PaymentTries } from '../../../domain/payment-tries.ts'
import { entity, type Item } from '../entity.ts'

/** How much there was of something on a UTC day. */
export interface DayCount {
  readonly count: number
}

/** Says that an account may read an invoice. */
interface InvoicePointer {
  readonly invoiceId: string
}

export const account = /* @__PURE__ */ entity({
  is: 'a person, by issuer and subject; due while member rows are to follow a change' as Item<Account>,
  pk: 'ACCOUNT#<accountId>',
  sk: 'ACCOUNT',
  swept: true,
  defaults: accountDefaults,
})

export const inviteQuota = /* @__PURE__ */ entity({
  is: 'addresses that an account had mailed on a UTC day' as Item<DayCount>,
  pk: 'ACCOUNT#<accountId>',
  sk: 'INVITED#<day>',
  ttl: true,
})

export const paymentTries = /* @__PURE__ */ entity({
  is: 'how often a person was refused with payment methods' as Item<PaymentTries>,
  pk: 'ACCOUNT#<accountId>',
  sk: 'TRIES',
  ttl: true,
})

export const callerIdempotencyRecord = /* @__PURE__ */ entity({
  is: 'a createWorkspace that was answered: fingerprint and workspace id' as Item<IdempotencyRecord>,
  pk: 'ACCOUNT#<accountId>',
  sk: 'REPLAY#<hash>',
  ttl: true,
})

export const invoicePointer = /* @__PURE__ */ entity({
  is: 'an invoice that the account may read; stays' as Item<InvoicePointer>,
  pk: 'ACCOUNT#<accountId>',
  sk: 'INVOICE#<requestedAt>#<invoiceId>',
})
