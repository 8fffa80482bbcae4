import { type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { WorkQueueName } from '#shared/worker/worker.ts'
import { deadLetters, reported, reputation, serverErrors, signInErrors, throttles, type Watched } from './metrics.ts'

/** One alarm: what triggers it, what users lose meanwhile, and the section of the runbook that says what to do. */
interface AlarmDefinition {
  readonly name: string
  readonly metric: IMetric
  /** Triggers at this value and above. */
  readonly from: number
  /** Triggers below `from` instead. */
  readonly isFloor?: true
  /** How many consecutive periods of the metric must breach; one by default. */
  readonly periods?: number
  readonly loses: string
  /** The anchor of the heading in docs/runbook.md. */
  readonly runbook: string
  /** What missing data means. `NOT_BREACHING`: nothing happened. `BREACHING`: something should have. `IGNORE`: the state stays. */
  readonly missing: TreatMissingData
}

const { BREACHING, IGNORE, NOT_BREACHING } = TreatMissingData

/** What users lose when a queue's messages are given up. */
const lost: Readonly<Record<WorkQueueName, string>> = {
  mail: 'Some invitations or final invoices were not e-mailed after five attempts.',
  mailEvents:
    'Bounces and complaints are not recorded: invitations that never arrived show as sent, and people who complained get more e-mail.',
  deletion: 'A workspace that somebody deleted is not being erased: its data is still there.',
  accounts: 'People whose e-mail or name changed still show the old one in some of their workspaces.',
}

/** Every alarm. Metrics are sums over all operations; the log shows which operation it was. */
export const alarmDefinitions = (watched: Watched): AlarmDefinition[] => [
  ...deadLetters(watched).map(([queue, metric]) => ({
    name: `${queue}-dead-letters`,
    metric,
    from: 1,
    loses: lost[queue],
    runbook: 'a-dead-letter-queue-is-not-empty',
    missing: NOT_BREACHING, // SQS reports no metrics for a queue that has been idle for hours
  })),
  {
    name: 'deletion-late',
    metric: reported(watched, 'DeletionAge', { minutes: 15, statistic: 'Maximum' }),
    from: 3_600,
    loses: 'Somebody deleted a workspace more than an hour ago, and its data is still there.',
    runbook: 'a-deletion-is-older-than-an-hour',
    missing: NOT_BREACHING,
  },
  {
    name: 'clean-up-not-run',
    metric: reported(watched, 'CleanUpRuns', { minutes: 15 }),
    from: 1,
    isFloor: true,
    loses: 'Nothing that was lost is recovered: e-mails that were not sent stay unsent, and stuck deletions stay stuck.',
    runbook: 'the-clean-up-does-not-run',
    missing: BREACHING,
  },
  {
    name: 'server-errors',
    metric: serverErrors(watched),
    from: 5,
    loses: 'Requests fail with 500 or 503: people cannot do what they came for.',
    runbook: 'requests-are-answered-with-5xx',
    missing: NOT_BREACHING,
  },
  {
    name: 'throttles',
    metric: throttles(watched),
    from: 20,
    loses: 'AWS throttles calls: requests are slow or fail with 503, and background work waits.',
    runbook: 'aws-throttles',
    missing: NOT_BREACHING,
  },
  {
    name: 'work-failing',
    metric: reported(watched, 'MessagesFailed', { minutes: 15 }),
    from: 10,
    loses: 'E-mails, deletions or bounce reports keep failing and are late.',
    runbook: 'workers-fail',
    missing: NOT_BREACHING,
  },
  {
    name: 'charges-refused',
    metric: reported(watched, 'ChargesRefused', { minutes: 60 }),
    from: 3,
    loses: 'Cards are refused for final invoices: usage is not paid for, and the admins have to pay by hand.',
    runbook: 'charges-are-refused',
    missing: NOT_BREACHING,
  },
  {
    name: 'charges-put-off',
    metric: reported(watched, 'ChargesPutOff', { minutes: 15 }),
    from: 1,
    periods: 2,
    loses: 'The payment provider is out of reach: deletions wait for their charge, for a day at most, then go on without it.',
    runbook: 'the-payment-provider-is-away',
    missing: NOT_BREACHING,
  },
  {
    name: 'provider-rejects-us',
    metric: reported(watched, 'ProviderRejections', { minutes: 15 }),
    from: 1,
    loses: 'The payment provider rejects the key of this service, or the key belongs to another account: nobody can pay.',
    runbook: 'the-payment-provider-rejects-us',
    missing: NOT_BREACHING,
  },
  {
    name: 'charge-too-large',
    metric: reported(watched, 'ChargesTooLarge', { minutes: 60 }),
    from: 1,
    loses: 'A final invoice is larger than the payment provider can charge at once: it cannot be paid through the service.',
    runbook: 'a-charge-is-too-large',
    missing: NOT_BREACHING,
  },
  {
    name: 'bounce-rate',
    metric: reputation('BounceRate'),
    from: 0.04, // SES reviews an account at 5 % and pauses its sending at 10 %
    loses: 'Many e-mails bounce. If this goes on, SES stops all sending, and nobody gets an invitation.',
    runbook: 'e-mails-bounce-or-are-complained-about',
    missing: IGNORE,
  },
  {
    name: 'complaint-rate',
    metric: reputation('ComplaintRate'),
    from: 0.0008, // SES reviews an account at 0.1 % and pauses its sending at 0.5 %
    loses: 'People report e-mails as spam. If this goes on, SES stops all sending, and nobody gets an invitation.',
    runbook: 'e-mails-bounce-or-are-complained-about',
    missing: IGNORE,
  },
  ...signInErrors(watched).map(([name, metric]) => ({
    name: `sign-in-${name}`,
    metric,
    from: 3,
    loses: 'People cannot sign in: the function that completes their token fails.',
    runbook: 'nobody-can-sign-in',
    missing: NOT_BREACHING,
  })),
]
