import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { MetricName } from '#shared/metrics.ts'
import { indexes } from '#shared/table/design/attributes.ts'
import type { WorkQueueName } from '#shared/worker/worker.ts'
import type { DataStack } from '../data-stack.ts'
import { metricsNamespace } from '../environment.ts'
import type { Stage } from '../stages.ts'

/** What alarms and the dashboard watch. */
export interface Watched {
  readonly stage: Stage
  readonly data: DataStack
  readonly http: HttpApi
}

type Options = { readonly period: Duration; readonly statistic: 'Sum' | 'Maximum' | 'Average' }

const every = (minutes: number, statistic: Options['statistic']): Options => ({ period: Duration.minutes(minutes), statistic })

/** A metric that workers report (shared/metrics.ts). */
export const reported = (
  { stage }: Watched,
  metricName: MetricName,
  { minutes, statistic = 'Sum' }: { minutes: number; statistic?: Options['statistic'] },
): Metric =>
  new Metric({
    namespace: metricsNamespace(stage),
    metricName,
    dimensionsMap: { service: 'atrium' },
    ...every(minutes, statistic),
  })

/** Answers of 500 and above over all routes: from operations, and from the gateway when a function fails. */
export const serverErrors = ({ http }: Watched): IMetric => http.metricServerError(every(5, 'Sum'))

/** Messages that a queue's worker has given up, by queue name. */
export const deadLetters = ({ data }: Watched): readonly (readonly [queue: WorkQueueName, metric: IMetric])[] =>
  [...data.queues.byName].map(([name, { dead }]) => [name, dead.metricApproximateNumberOfMessagesVisible(every(5, 'Maximum'))] as const)

/**
 * Everything that AWS throttled: calls of functions (for the whole account, which is what the limit applies to), reads and writes of the
 * table and its indexes.
 */
export function throttles({ data }: Watched): IMetric {
  const { tableName } = data.table
  const places = [{}, ...Object.values(indexes).map((GlobalSecondaryIndexName) => ({ GlobalSecondaryIndexName }))]
  const ofTable = places.flatMap((place) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
      (metricName) =>
        new Metric({
          namespace: 'AWS/DynamoDB',
          metricName,
          dimensionsMap: { TableName: tableName, ...place },
          ...every(5, 'Sum'),
        }),
    ),
  )
  const all = [LambdaFunction.metricAllThrottles(every(5, 'Sum')), ...ofTable]
  const usingMetrics = Object.fromEntries(all.map((metric, i) => [`t${i}`, metric]))
  // SUM rather than +, which yields nothing if one of the metrics has no data.
  return new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period: Duration.minutes(5),
    label: 'Throttles',
  })
}

/** SES's reputation metrics of the account: at high rates SES first warns the sender, then stops it. */
export const reputation = (rate: 'BounceRate' | 'ComplaintRate'): IMetric =>
  new Metric({ namespace: 'AWS/SES', metricName: `Reputation.${rate}`, ...every(60, 'Average') })

/** Failures of the functions that the user pool calls during sign-in, by function. */
export const signInErrors = ({ data }: Watched): readonly (readonly [name: string, metric: IMetric])[] =>
  data.signInFunctions.map(({ name, lambda }) => [name, lambda.metricErrors(every(5, 'Sum'))] as const)
