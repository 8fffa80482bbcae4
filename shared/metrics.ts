import { MetricUnit, Metrics as Powertools } from '@aws-lambda-powertools/metrics'

/**
 * Every number that workers report, and its unit. What AWS counts by itself (requests, errors, throttles, queues, bounces) is not among
 * them. There are few, and none has a dimension beside the service: what a number is about goes into its log line.
 */
export const metricUnits = {
  /** Runs of the sweep that finished. */
  CleanUpRuns: MetricUnit.Count,
  /** How long ago a deletion that is not completed was asked for. */
  DeletionAge: MetricUnit.Seconds,
  /** Final invoices that the payment provider refused for good. */
  ChargesRefused: MetricUnit.Count,
  /** Charges that were postponed because the payment provider was unreachable. */
  ChargesPutOff: MetricUnit.Count,
  /** Final invoices too large for the payment provider to charge at once: somebody has to agree with the payer on another way. */
  ChargesTooLarge: MetricUnit.Count,
  /** Requests that the payment provider rejects because of us: our key, or ids of another account than the key's. */
  ProviderRejections: MetricUnit.Count,
  /** Messages of any queue that a worker could not handle and that come again. */
  MessagesFailed: MetricUnit.Count,
} as const
export type MetricName = keyof typeof metricUnits

export interface Metrics {
  /** Reports a number; `logContext` holds ids for whoever looks into it, and no dimensions. */
  record(name: MetricName, value: number, logContext?: Readonly<Record<string, string>>): void
}

/**
 * Metrics as lines of the log (CloudWatch's embedded format): no call, no role. The namespace comes from POWERTOOLS_METRICS_NAMESPACE;
 * POWERTOOLS_METRICS_DISABLED turns them off.
 */
export function openMetrics(): Metrics {
  const metrics = new Powertools({ serviceName: 'atrium' })
  return {
    record: (name, value, logContext = {}) => {
      const single = metrics.singleMetric()
      for (const [key, id] of Object.entries(logContext)) single.addMetadata(key, id)
      single.addMetric(name, metricUnits[name], value)
    },
  }
}
