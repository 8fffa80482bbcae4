import type { Services } from '#shared/services.ts'

/** What is opened on demand: everything but settings, clock and log, which every function has. */
export type Opened = Exclude<keyof Services, 'settings' | 'clock' | 'logger'>

/** Where each service is opened: the module that a function's bundle contains only where the function needs it. */
export const openers: { readonly [K in Opened]: { readonly module: string; readonly name: string } } = {
  table: { module: './shared/table/table.ts', name: 'openTable' },
  tokens: { module: './shared/http/tokens.ts', name: 'openTokens' },
  queue: { module: './shared/queue/queue.ts', name: 'openQueue' },
  payments: { module: './shared/billing/stripe.ts', name: 'openPayments' },
  metrics: { module: './shared/metrics.ts', name: 'openMetrics' },
  mail: { module: './shared/mail/ses.ts', name: 'openMail' },
}
