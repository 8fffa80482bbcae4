import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { queueVariable } from '#shared/queue/queue-variables.ts'
import type { CodeOf } from '../bundle/functions.ts'
import { workerGrants } from '../grants.ts'
import type { Lists } from '../lists.ts'
import type { Stage } from '../stages.ts'
import { AtriumFunction } from './function.ts'
import type { Identity } from './identity.ts'
import { capitalized, type WorkQueues } from './queues.ts'
import type { TableInUse } from './table.ts'

interface TriggersProps extends Pick<Lists, 'triggers'> {
  readonly stage: Stage
  readonly codeOf: CodeOf
  readonly table: TableInUse
  readonly queues: WorkQueues
  readonly identity: Identity
}

/** A function that people wait for while they sign in. */
export interface SignInFunction {
  readonly name: string
  readonly lambda: IFunction
}

/**
 * The functions that the user pool calls. They belong in the pool's stack, because the pool refers to them: without one of them nobody can
 * sign in.
 */
export class IdentityTriggers extends Construct {
  readonly functions: readonly SignInFunction[]

  constructor(scope: Construct, id: string, { stage, triggers, codeOf, table, queues, identity }: TriggersProps) {
    super(scope, id)
    const logGroup = new LogGroup(this, 'Log', { retention: stage.retentionDays.logs, removalPolicy: RemovalPolicy.DESTROY })
    this.functions = triggers.map(({ name, summary, on, tableActions, sendsTo }) => {
      const sentTo = sendsTo.map((queue) => [queue, queues.of(queue).queue] as const)
      const needed = { services: ['table', 'queue'] as const, tableActions, sendsTo }
      const queueArns = new Map(sentTo.map(([queue, { queueArn }]) => [queue, queueArn]))
      const made = new AtriumFunction(this, capitalized(name), {
        description: `${name}: ${summary}`,
        code: codeOf(name),
        environment: {
          TABLE_NAME: table.tableName,
          ...Object.fromEntries(sentTo.map(([queue, { queueUrl }]) => [queueVariable(queue), queueUrl])),
        },
        logGroup,
        grants: workerGrants(needed, { table: table.tableArn, queues: queueArns, mail: [] }),
        timeout: Duration.seconds(5), // Cognito waits no longer
        kind: 'trigger',
      })
      identity.call(on, made.lambda)
      return { name, lambda: made.lambda }
    })
  }
}
