import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { note, type Precondition } from './finding.ts'

/** Anything lower is soon exhausted: three queues alone take ten each. */
const enough = 100

/**
 * Whether enough functions may run concurrently; new accounts start low:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const concurrencyIsEnough: Precondition = async ({ region }) => {
  const { AccountLimit } = await new LambdaClient({ region }).send(new GetAccountSettingsCommand({}))
  const limit = AccountLimit?.ConcurrentExecutions ?? 0
  if (limit >= enough) return []
  return [
    note(
      `${region}: Lambda runs at most ${limit} functions at once in this account, for requests, sign-ins and queues together; beyond that, requests fail. Ask for 1,000: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000`,
    ),
  ]
}
