import { Fn, Stack } from 'aws-cdk-lib'
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'
import type { Stage } from '../stages.ts'
import type { WorkQueue } from './queues.ts'

const reported = [EmailSendingEvent.BOUNCE, EmailSendingEvent.COMPLAINT, EmailSendingEvent.DELIVERY, EmailSendingEvent.REJECT]

/**
 * The sender: a domain for which SES signs, and a configuration set that reports what happened to each e-mail. The reports go through SNS
 * into a queue, which loses none; EventBridge would deliver SES's events on a best-effort basis only.
 */
export class MailSender extends Construct {
  readonly identity: EmailIdentity
  readonly configurationSet: ConfigurationSet
  readonly #domain: string

  constructor(scope: Construct, id: string, { domain }: Stage['mail'], events: WorkQueue | undefined) {
    super(scope, id)
    this.#domain = domain
    this.configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE, // the link in an invitation is a secret
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    })
    this.identity = new EmailIdentity(this, 'Identity', { identity: Identity.domain(domain), configurationSet: this.configurationSet })
    if (events) this.#report(events)
  }

  #report({ queue, dead }: WorkQueue): void {
    const topic = new Topic(this, 'Events', { enforceSSL: true })
    topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true, deadLetterQueue: dead }))
    this.configurationSet.addEventDestination('Events', { destination: EventDestination.snsTopic(topic), events: reported })
  }

  /** The resource on which senders are granted `ses:SendEmail`: the domain by name, so that a stage can change its domain. */
  get arns(): string[] {
    const arnOf = (resource: string, resourceName: string) => Stack.of(this).formatArn({ service: 'ses', resource, resourceName })
    return [arnOf('identity', this.#domain), arnOf('configuration-set', this.configurationSet.configurationSetName)]
  }

  /** The three DNS records that prove to SES, and to recipients, that the domain's owner sends the e-mail. */
  get dnsRecords(): string {
    return Fn.join(
      ' ',
      this.identity.dkimRecords.map(({ name, value }) => `${name} CNAME ${value}`),
    )
  }
}
