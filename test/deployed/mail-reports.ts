import { randomUUID } from 'node:crypto'
import { sesEvent } from '#test/support/mail-events.ts'
import type { Deployment } from './deployment.ts'
import { allows, matches } from './iam.ts'
import type { Mailed } from './mail.ts'
import { account, region } from './stand-in-values.ts'

/** Where a report goes, and how. */
interface Way {
  readonly queueArn: string
  readonly topicArn: string
  readonly raw: boolean
  readonly configurationSet: string
}

/** Whether a resource has a policy of its own that admits a service on behalf of the given source. */
const letsIn = ({ policies }: Deployment, service: string, sourceArn: string, action: string, resource: string): boolean =>
  allows(
    policies.filter((each) => each.service === service && (each.sourceArn === undefined || matches(each.sourceArn, sourceArn))),
    { action, resource },
  )

/** A report's route from an e-mail's sender to a queue: configuration set, topic, subscription. Throws if it is interrupted. */
export function reportQueue(deployment: Deployment, type: string, { from }: Mailed): Way {
  const { configurationSets, reports, subscriptions } = deployment.mail
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? ''
  const configurationSet = configurationSets[domain] ?? ''
  const destination = reports.find(
    (each) => each.configurationSet === configurationSet && each.types.some((name) => name.toLowerCase() === type.toLowerCase()),
  )
  if (!destination) throw new Error(`SES tells nobody of a ${type}: the configuration set "${configurationSet}" of ${domain} reports none`)
  const { topicArn } = destination
  const setArn = `arn:aws:ses:${region}:${account}:configuration-set/${configurationSet}`
  if (!letsIn(deployment, 'ses.amazonaws.com', setArn, 'sns:Publish', topicArn)) throw new Error(`SES may not publish to ${topicArn}`)
  const subscription = subscriptions.find((each) => each.topicArn === topicArn)
  if (!subscription) throw new Error(`No queue gets what is published to ${topicArn}`)
  const { queueArn, raw } = subscription
  if (!letsIn(deployment, 'sns.amazonaws.com', topicArn, 'sqs:SendMessage', queueArn)) throw new Error(`SNS may not send to ${queueArn}`)
  return { queueArn, topicArn, raw, configurationSet }
}

/**
 * The message in the queue: SES's event itself, or wrapped in SNS's notification if the subscription is not raw:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html
 */
export function reportText(type: 'Bounce' | 'Complaint', { messageId, tags }: Mailed, { raw, topicArn, configurationSet }: Way): string {
  const own = Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value]]))
  const about = { id: tags.invitation ?? '', sendCount: Number(tags.send), messageId }
  const event = JSON.stringify(sesEvent(type, about, { tags: { 'ses:configuration-set': [configurationSet], ...own } }))
  if (raw) return event
  return JSON.stringify({
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: topicArn,
    Subject: 'Amazon SES Email Event Notification',
    Message: event,
    Timestamp: new Date().toISOString(),
  })
}
