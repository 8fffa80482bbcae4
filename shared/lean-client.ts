/** The part of an AWS client that is looked at here. */
interface AwsClient {
  readonly middlewareStack: { remove(name: string): boolean }
}

/**
 * Takes out of a client what every call would go through for nobody, a tenth of a call's CPU: a log that is not kept, the header that says
 * which SDK asks, and the trace that Lambda finds loops of functions by. That trace has a meaning on its way through SQS, SNS and S3 alone
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html): what sends there `tellsLoops`, and keeps it.
 */
export function leanClient<C extends AwsClient>(client: C, { tellsLoops = false } = {}): C {
  const { middlewareStack } = client
  for (const name of ['loggerMiddleware', 'getUserAgentMiddleware']) middlewareStack.remove(name)
  if (!tellsLoops) middlewareStack.remove('recursionDetectionMiddleware')
  return client
}

/**
 * How many connections a client keeps that nobody uses, at most. While a function stands still each of them may be closed at the other end,
 * which only a request finds out: two are fewer than the SDK's three attempts, so one of these goes over a new connection. The table needs
 * no such limit, because it goes on after the SDK's attempts.
 */
const kept = { maxFreeSockets: 2 }
export const fewKept = { httpAgent: kept, httpsAgent: kept }
