import { workers } from '#functions/workers.ts'
import costs from '../../docs/costs.json' with { type: 'json' }
import { type Case, deploymentMonth, model, workspaceMonth } from './assumptions.ts'
import { free, type PriceName, prices } from './prices.ts'

/** The quantities used of everything that has a price. */
export type Amounts = Readonly<Partial<Record<PriceName, number>>>

/** Worker cases, which have no HTTP API in front of them. */
const isWorker = (name: Case): boolean => workers.some((worker) => worker.name === name.split(' ')[0])

/** How long a function runs for a case, in milliseconds, with cold starts spread over all calls. */
export const millisecondsOf = (name: Case): number =>
  model.ownMilliseconds +
  costs[name].rounds * model.roundMilliseconds +
  (model.otherMilliseconds[name] ?? 0) +
  model.coldShare * model.coldMilliseconds

/** What one call of a case uses. A message is charged to the call that sends it, with all the SQS requests it needs. */
export function amountsOf(name: Case): Amounts {
  const { wcu, rru, messages, responseBytes } = costs[name]
  return {
    ...(isWorker(name) ? {} : { httpRequest: 1, outByte: responseBytes + model.headerBytes }),
    lambdaRequest: 1,
    lambdaGbSecond: (Math.ceil(millisecondsOf(name)) / 1_000) * model.memoryGb,
    wcu,
    rru,
    sqsRequest: messages * model.requestsPerMessage,
    logByte: model.logBytes,
    // Every e-mail is followed by a delivery report.
    ...(name.startsWith('sendMail') && { email: 1, snsRequest: 1, sqsRequest: model.requestsPerMessage }),
  }
}

const times = (amounts: Amounts, factor: number): Amounts =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount * factor]))

function plus(...all: readonly Amounts[]): Amounts {
  const sums: Partial<Record<PriceName, number>> = {}
  for (const [name, amount] of all.flatMap((each) => Object.entries(each)) as [PriceName, number][]) sums[name] = (sums[name] ?? 0) + amount
  return sums
}

/** USD by billed item. */
export const usdOf = (amounts: Amounts): Readonly<Partial<Record<PriceName, number>>> =>
  Object.fromEntries(
    (Object.entries(amounts) as [PriceName, number][]).map(([name, amount]) => [
      name,
      (Math.max(0, amount - (free[name] ?? 0)) * prices[name].usd) / prices[name].per,
    ]),
  )

/** The total in USD. */
export const totalOf = (amounts: Amounts): number => Object.values(usdOf(amounts)).reduce((sum, usd) => sum + usd, 0)

/** What a deployment with this many workspaces uses in a month. */
export function monthOf(workspaces: number): Amounts {
  const { calls, activeUsers, items, itemBytes, eventsKept, eventBytes } = workspaceMonth
  const gigabytes = (items * itemBytes + eventsKept * eventBytes) / 1_000_000_000
  const { sweeps, emptyReceives, metrics, alarms, secrets } = deploymentMonth
  const perWorkspace = plus(...(Object.entries(calls) as [Case, number][]).map(([name, count]) => times(amountsOf(name), count)), {
    activeUser: activeUsers,
    tableGbMonth: gigabytes,
    backupGbMonth: gigabytes,
  })
  const fixed = { sqsRequest: emptyReceives, metricMonth: metrics, alarmMonth: alarms, secretMonth: secrets }
  return plus(times(perWorkspace, workspaces), times(amountsOf('cleanUp with nothing due'), sweeps), fixed)
}
