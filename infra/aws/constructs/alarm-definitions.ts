import { type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { deadLetters, reported, reputation, serverErrors, signInErrors, throttles, type Watched } from './metrics.ts'

/** One alarm: what rings it, what a person loses meanwhile, and the paragraph of the runbook that says what to do. */
interface Watch {
  readonly name: string
  readonly metric: IMetric
  /** Rings at this number and above. */
  readonly from: number
  /** Rings below `from` instead. */
  readonly isFloor?: true
  /** How many periods of the metric in a row; one where it is left out. */
  readonly periods?: number
  readonly loses: string
  /** The anchor of the heading in docs/runbook.md. */
  readonly runbook: string
  /** What no number means. `NOT_BREACHING`: nothing happened. `BREACHING`: it should have. `IGNORE`: nothing new. */
  readonly missing: TreatMissingData
}

const { BREACHING, IGNORE, NOT_BREACHING } = TreatMissingData

/** What a person loses when messages of a queue are given up. */
const lost: Readonly<Record<string, string>> = {
  mail: 'People who were invited, or are owed a final invoice, did not get their e-mail after five attempts.',
  mailEvents:
    'Bounces and complaints are not noted: invitations show as sent that never arrived, and people who complained are written to again.',
  deletion: 'A workspace whose deletion was asked for is not being deleted: its data is still there.',
  accounts: 'People whose e-mail or name changed are listed as they were before in some of their workspaces.',
}

/** Everything that rings. They are sums over all operations: which one it is shows in the log. */
export const watchesOf = (watched: Watched): Watch[] => [
  ...deadLetters(watched).map(([queue, metric]) => ({
    name: `${queue}-dead-letters`,
    metric,
    from: 1,
    loses: lost[queue] ?? `Work of the queue ${queue} was given up after five attempts.`,
    runbook: 'a-dead-letter-queue-is-not-empty',
    missing: NOT_BREACHING, // SQS counts nothing of a queue that nobody has used for hours
  })),
  {
    name: 'deletion-late',
    metric: reported(watched, 'DeletionAge', 15, 'Maximum'),
    from: 3_600,
    loses: 'Somebody asked for a workspace to be deleted more than an hour ago, and its data is still there.',
    runbook: 'a-deletion-is-older-than-an-hour',
    missing: NOT_BREACHING,
  },
  {
    name: 'clean-up-not-run',
    metric: reported(watched, 'CleanUpRuns', 15),
    from: 1,
    isFloor: true,
    loses: 'Nobody finds what was lost on the way: e-mails that were not sent stay unsent, deletions that stand still stay there.',
    runbook: 'the-clean-up-does-not-run',
    missing: BREACHING,
  },
  {
    name: 'server-errors',
    metric: serverErrors(watched),
    from: 5,
    loses: 'Requests are answered with 500 or 503: people cannot do what they came for.',
    runbook: 'requests-are-answered-with-5xx',
    missing: NOT_BREACHING,
  },
  {
    name: 'throttles',
    metric: throttles(watched),
    from: 20,
    loses: 'AWS turns calls away for want of capacity: requests take long or are answered with 503, and work waits.',
    runbook: 'aws-throttles',
    missing: NOT_BREACHING,
  },
  {
    name: 'work-failing',
    metric: reported(watched, 'MessagesFailed', 15),
    from: 10,
    loses: 'E-mails, deletions or reports of bounces fail again and again, and are late.',
    runbook: 'workers-fail',
    missing: NOT_BREACHING,
  },
  {
    name: 'charges-refused',
    metric: reported(watched, 'ChargesRefused', 60),
    from: 3,
    loses: 'Final invoices are refused by the payment provider: usage is not paid for, and their admins must pay by hand.',
    runbook: 'charges-are-refused',
    missing: NOT_BREACHING,
  },
  {
    name: 'charges-put-off',
    metric: reported(watched, 'ChargesPutOff', 15),
    from: 1,
    periods: 2,
    loses: 'The payment provider is out of reach: deletions wait for their charge, and after a day go on without it.',
    runbook: 'the-payment-provider-is-away',
    missing: NOT_BREACHING,
  },
  {
    name: 'provider-rejects-us',
    metric: reported(watched, 'ProviderRejections', 15),
    from: 1,
    loses: 'The payment provider rejects the key of this service, or it is the key of another account: nobody can pay.',
    runbook: 'the-payment-provider-rejects-us',
    missing: NOT_BREACHING,
  },
  {
    name: 'charge-too-large',
    metric: reported(watched, 'ChargesTooLarge', 60),
    from: 1,
    loses: 'A final invoice is above what the payment provider can charge at once: nobody can pay it as the service offers it.',
    runbook: 'a-charge-is-too-large',
    missing: NOT_BREACHING,
  },
  {
    name: 'bounce-rate',
    metric: reputation('BounceRate'),
    from: 0.04, // SES reviews an account at 5 % and stops it at 10 %
    loses: 'Many e-mails bounce: SES is about to stop all sending, and then nobody gets an invitation.',
    runbook: 'e-mails-bounce-or-are-complained-about',
    missing: IGNORE,
  },
  {
    name: 'complaint-rate',
    metric: reputation('ComplaintRate'),
    from: 0.0008, // SES reviews an account at 0.1 % and stops it at 0.5 %
    loses: 'People report invitations as spam: SES is about to stop all sending, and then nobody gets an invitation.',
    runbook: 'e-mails-bounce-or-are-complained-about',
    missing: IGNORE,
  },
  ...signInErrors(watched).map(([name, metric]) => ({
    name: `sign-in-${name}`,
    metric,
    from: 3,
    loses: 'People cannot sign in: the function that the user pool waits for fails.',
    runbook: 'nobody-can-sign-in',
    missing: NOT_BREACHING,
  })),
]
