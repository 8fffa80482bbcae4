import { Duration } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { MetricName } from '#shared/metrics.ts'
import { indexes } from '#shared/table/design/attributes.ts'
import type { DataStack } from '../data-stack.ts'
import { metricsNamespace } from '../environment.ts'
import type { Stage } from '../stages.ts'

/** What alarms and dashboard look at. */
export interface Watched {
  readonly stage: Stage
  readonly data: DataStack
  readonly http: HttpApi
}

type Options = { readonly period: Duration; readonly statistic: 'Sum' | 'Maximum' | 'Average' }

const every = (minutes: number, statistic: Options['statistic']): Options => ({ period: Duration.minutes(minutes), statistic })

/** A number that workers report (shared/metrics.ts). */
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

/** Answers of 500 and above over all routes: those of operations, and of the gateway where a function failed. */
export const serverErrors = ({ http }: Watched): IMetric => http.metricServerError(every(5, 'Sum'))

/** Messages that a queue's worker has given up, by the queue's name. */
export const deadLetters = ({ data }: Watched): readonly (readonly [queue: string, metric: IMetric])[] =>
  [...data.queues.byName].map(([name, { dead }]) => [name, dead.metricApproximateNumberOfMessagesVisible(every(5, 'Maximum'))] as const)

/** What AWS turned away for want of capacity: calls of functions (of the whole account, whose limit it is), reads and writes of the table and its indexes. */
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
  // SUM, not +, which knows no sum where one of the numbers is missing.
  return new MathExpression({
    expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`,
    usingMetrics,
    period: Duration.minutes(5),
    label: 'Throttles',
  })
}

/** How SES sees the account as a sender: it warns and then stops one whose rates are high. */
export const reputation = (rate: 'BounceRate' | 'ComplaintRate'): IMetric =>
  new Metric({ namespace: 'AWS/SES', metricName: `Reputation.${rate}`, ...every(60, 'Average') })

/** Failures of what the user pool calls while somebody signs in, by function. */
export const signInErrors = ({ data }: Watched): readonly (readonly [name: string, metric: IMetric])[] =>
  data.signInFunctions.map(({ name, lambda }) => [name, lambda.metricErrors(every(5, 'Sum'))] as const)
