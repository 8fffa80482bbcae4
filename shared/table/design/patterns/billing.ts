import type { AccessPattern } from './access-pattern.ts'

/** Usage, payment methods, and the turns at them. */
export const billingPatterns: readonly AccessPattern[] = [
  { is: 'count usage events of one shard (at most 99)', write: ['put UsageEvent', 'update UsageCounter'], times: 'events' },
  { is: 'open a shard’s counter', write: ['check Workspace', 'put UsageCounter'] },
  { is: 'the usage of a workspace', get: ['UsageCounter'], times: 'shards' },
  { is: 'the payment method of a workspace, and the tries of who sets it', get: ['Billing', 'PaymentTries'] },
  { is: 'take the turn at the payment method of a workspace', write: ['update Workspace', 'update PaymentTries', 'check Billing'] },
  { is: 'whether it is somebody’s turn at the payment method of a workspace', get: ['Workspace', 'Billing', 'PaymentTries'] },
  { is: 'set the payment method and end the turn', write: ['update Workspace', 'update PaymentTries', 'check Member', 'put Billing'] },
  { is: 'give back a try whose turn could not be ended', write: ['update PaymentTries'] },
]
