import { Duration } from 'aws-cdk-lib'
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import { deadLetters, reported, reputation, serverErrors, throttles, type Watched } from './metrics.ts'

const minutes = Duration.minutes(5)

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []) =>
  new GraphWidget({ title, left: [...left], right: [...right], width: 8, height: 6 })

/** One page that shows how a deployment is doing, and since when: first the alarms, then what users notice, then what is behind it. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { watched, alarms }: { watched: Watched; alarms: readonly IAlarm[] }) {
    super(scope, id)
    const { stage, data, http } = watched
    const queues = [...data.queues.byName.values()].map(({ queue }) => queue)
    const waiting = queues.map((queue) => queue.metricApproximateAgeOfOldestMessage({ period: minutes }))
    const { table } = data
    new CloudWatchDashboard(this, 'Page', {
      dashboardName: `atrium-${stage.name}`,
      defaultInterval: Duration.days(1),
      widgets: [
        [
          new TextWidget({ markdown: `# Atrium ${stage.name}\nWhat to do: ${stage.runbookUrl ?? 'docs/runbook.md'}`, width: 8, height: 3 }),
          new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 16, height: 3 }),
        ],
        [
          graph('Requests', [http.metricCount({ period: minutes }), http.metricClientError({ period: minutes }), serverErrors(watched)]),
          graph('Time to answer, ms', [
            http.metricLatency({ period: minutes, statistic: 'p50' }),
            http.metricLatency({ period: minutes, statistic: 'p99' }),
          ]),
          graph(
            'Functions',
            [LambdaFunction.metricAllErrors({ period: minutes }), throttles(watched)],
            [LambdaFunction.metricAllConcurrentExecutions({ period: minutes })],
          ),
        ],
        [
          graph('Oldest message, seconds', waiting),
          graph('Given up (dead letters)', [
            ...deadLetters(watched).map(([, metric]) => metric),
            reported(watched, 'MessagesFailed', { minutes: 5 }),
          ]),
          graph(
            'Oldest deletion, seconds',
            [reported(watched, 'DeletionAge', { minutes: 5, statistic: 'Maximum' })],
            [reported(watched, 'CleanUpRuns', { minutes: 5 })],
          ),
        ],
        [
          graph('Table, capacity units', [
            table.metricConsumedReadCapacityUnits({ period: minutes }),
            table.metricConsumedWriteCapacityUnits({ period: minutes }),
          ]),
          graph('Bounce and complaint rate', [reputation('BounceRate')], [reputation('ComplaintRate')]),
          graph('Charges', [reported(watched, 'ChargesRefused', { minutes: 60 }), reported(watched, 'ChargesPutOff', { minutes: 60 })]),
        ],
      ],
    })
  }
}
