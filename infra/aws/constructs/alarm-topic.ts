import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Construct } from 'constructs'

/**
 * Where alarms go: an e-mail to whoever is on duty. The key is our own, because CloudWatch cannot use the AWS managed key for SNS:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic

  constructor(scope: Construct, id: string, email: string) {
    super(scope, id)
    const key = new Key(this, 'Key', {
      description: 'Alarms on their way',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.topic = new Topic(this, 'Topic', { displayName: 'Atrium alarms', masterKey: key, enforceSSL: true })
    this.topic.addSubscription(new EmailSubscription(email))
    key.addToResourcePolicy(this.#byCloudWatch(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'))
    this.topic.addToResourcePolicy(this.#byCloudWatch(['sns:Publish'], this.topic.topicArn))
  }

  /** What CloudWatch may do, only for alarms of this account. */
  #byCloudWatch(actions: string[], resource: string): PolicyStatement {
    return new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    })
  }
}
