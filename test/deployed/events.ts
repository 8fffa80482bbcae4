import { createHash, randomUUID } from 'node:crypto'
import { deployedEvent, type Sent, type takenRoute } from '#test/infra/deployed-api.ts'
import { account, region } from './stand-in-values.ts'

/** `24/Nov/2026:10:00:00 +0000` */
function requestTime(now: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString()) ?? []
  return `${day}/${month}/${year}:${time} +0000`
}

/**
 * A request as an HTTP API hands it to a function, payload 2.0:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpApiEvent(sent: Sent, taken: ReturnType<typeof takenRoute>, apiId: string, now: Date): object {
  const { requestContext, headers, ...event } = deployedEvent(sent, taken)
  const domainName = `${apiId}.execute-api.${region}.amazonaws.com`
  const sourceIp = '203.0.113.7'
  const userAgent = 'atrium-tests/1.0'
  return {
    ...event,
    headers: {
      'content-length': String(Buffer.byteLength(sent.body ?? '')),
      host: domainName,
      'user-agent': userAgent,
      'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
      'x-forwarded-for': sourceIp,
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...headers,
    },
    requestContext: {
      accountId: account,
      apiId,
      domainName,
      domainPrefix: apiId,
      http: { ...requestContext.http, protocol: 'HTTP/1.1', sourceIp, userAgent },
      requestId: randomUUID(),
      routeKey: requestContext.routeKey,
      stage: requestContext.stage,
      time: requestTime(now),
      timeEpoch: now.getTime(),
    },
  }
}

/** Messages of a queue as Lambda takes them to a function: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqsEvent = (queueArn: string, messages: readonly { readonly id: string; readonly body: string }[], now: Date): object => ({
  Records: messages.map(({ id, body }) => ({
    messageId: id,
    receiptHandle: `receipt-${id}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(now.getTime()),
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: String(now.getTime() + 1),
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  })),
})

/** A schedule's event: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
export const scheduledEvent = (ruleArn: string, now: Date): object => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account,
  time: now.toISOString().replace(/\.\d+/, ''),
  region,
  resources: [ruleArn],
  detail: {},
})

/** A person of the user pool. */
export interface PoolUser {
  readonly sub: string
  readonly email: string
  readonly name: string
}

/**
 * What the user pool asks before it gives a token, V2:
 * https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
 */
export const preTokenGenerationEvent = ({ sub, email, name }: PoolUser, { id, clientId }: { id: string; clientId: string }): object => ({
  version: '2',
  triggerSource: 'TokenGeneration_HostedAuth',
  region,
  userPoolId: id,
  userName: sub,
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId },
  request: {
    userAttributes: { sub, email_verified: 'true', 'cognito:user_status': 'CONFIRMED', name, email },
    groupConfiguration: { groupsToOverride: [], iamRolesToOverride: [], preferredRole: null },
    scopes: ['openid', 'profile', 'email'],
  },
  response: { claimsAndScopeOverrideDetails: null },
})
