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
 * The sender: a domain that SES signs for, and a configuration set that reports what became of each e-mail. The reports go through SNS
 * into a queue, which loses none; EventBridge delivers SES's events as best it can.
 */
export class MailSender extends Construct {
  readonly identity: EmailIdentity
  readonly configurationSet: ConfigurationSet
  readonly #domain: string

  constructor(scope: Construct, id: string, { domain }: Stage['mail'], events: WorkQueue | undefined) {
    super(scope, id)
    this.#domain = domain
    this.configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE, // an invitation's link is a secret
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

  /** What a role that sends is granted `ses:SendEmail` on: the domain by its name, so that a stage may change to another one. */
  get arns(): string[] {
    const arnOf = (resource: string, resourceName: string) => Stack.of(this).formatArn({ service: 'ses', resource, resourceName })
    return [arnOf('identity', this.#domain), arnOf('configuration-set', this.configurationSet.configurationSetName)]
  }

  /** The three records that prove to SES, and to who gets the e-mail, that the domain's owner sends it. */
  get dnsRecords(): string {
    return Fn.join(
      ' ',
      this.identity.dkimRecords.map(({ name, value }) => `${name} CNAME ${value}`),
    )
  }
}
