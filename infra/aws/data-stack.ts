import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { CodeOf } from './bundle/functions.ts'
import { Identity } from './constructs/identity.ts'
import { MailSender } from './constructs/mail.ts'
import { WorkQueues } from './constructs/queues.ts'
import { type TableInUse, tableInUse } from './constructs/table.ts'
import { IdentityTriggers, type SignInFunction } from './constructs/triggers.ts'
import type { Lists } from './lists.ts'
import type { Stage } from './stages.ts'

export interface StackOptions extends StackProps {
  readonly stage: Stage
  readonly lists: Lists
  readonly codeOf: CodeOf
}

/**
 * Everything that cannot be recreated: the table, the queues, the user pool, and the sender's reputation. It changes rarely, and nothing in
 * it may be replaced by accident: a test pins its logical ids. The service imports this stack's exports, whose values CloudFormation knows
 * before it plans an update. `Fn::GetStackOutput` is fetched on each use, gets throttled, and makes CloudFormation plan replacements of
 * resources whose values must not change: https://github.com/aws/aws-cdk/issues/38010 and https://github.com/aws/aws-cdk/issues/38829
 */
export class DataStack extends Stack {
  readonly table: TableInUse
  readonly queues: WorkQueues
  readonly mail: MailSender
  /** Undefined if people sign in at an existing issuer. */
  readonly identity: Identity | undefined
  /** The functions that the user pool calls. */
  readonly signInFunctions: readonly SignInFunction[] = []

  constructor(scope: Construct, id: string, { stage, lists, codeOf, ...props }: StackOptions) {
    super(scope, id, {
      ...props,
      description: `Atrium ${stage.name}: table, queues, identity and mail`,
      terminationProtection: stage.keepsData,
    })
    this.table = tableInUse(this, stage)
    this.queues = new WorkQueues(this, 'Queues', lists.workers)
    this.mail = new MailSender(this, 'Mail', stage.mail, this.queues.byName.get('mailEvents'))
    if (stage.identity.kind === 'cognito') {
      this.identity = new Identity(this, 'Identity', stage)
      const needed = { stage, triggers: lists.triggers, codeOf, table: this.table, queues: this.queues, identity: this.identity }
      this.signInFunctions = new IdentityTriggers(this, 'Triggers', needed).functions
    }
    new CfnOutput(this, 'MailDnsRecords', { value: this.mail.dnsRecords, description: `DNS records for ${stage.mail.domain}` })
  }
}
