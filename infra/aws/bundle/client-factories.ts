import { openMail } from '#shared/mail/ses.ts'
import { openMetrics } from '#shared/metrics.ts'
import { openPayments } from '#shared/payments/stripe.ts'
import { openQueue } from '#shared/queue/queue.ts'
import { openTable } from '#shared/table/engine.ts'
import { openTokens } from '#shared/tokens/tokens.ts'
import type { ClientFactory, ClientName } from '#shared/wiring.ts'

/** How each service is opened, and the module that a function's bundle contains only where the function opens it. */
export const clientFactories: { readonly [K in ClientName]: { readonly module: string; readonly open: ClientFactory<K> } } = {
  table: { module: '#shared/table/engine.ts', open: openTable },
  tokens: { module: '#shared/tokens/tokens.ts', open: openTokens },
  queue: { module: '#shared/queue/queue.ts', open: openQueue },
  payments: { module: '#shared/payments/stripe.ts', open: openPayments },
  metrics: { module: '#shared/metrics.ts', open: openMetrics },
  mail: { module: '#shared/mail/ses.ts', open: openMail },
}
