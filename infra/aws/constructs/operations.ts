import { Duration, NestedStack } from 'aws-cdk-lib'
import type { IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { type Operation, secondsFor } from '#shared/http/operation.ts'
import type { CodeOf } from '../bundle/functions.ts'
import { operationGrants, type Resources } from '../grants.ts'
import { operationClass } from '../memory.ts'
import type { Api } from './api.ts'
import { AtriumFunction } from './function.ts'
import { capitalized } from './queues.ts'

/** What every function of the service is made from. */
export interface Making {
  readonly codeOf: CodeOf
  readonly environmentOf: (services: readonly string[]) => Record<string, string>
  readonly logGroup: ILogGroup
  readonly resources: Resources
  /** How many processes of an operation are started ahead, by its name; none where it is not named. */
  readonly provisioned: Readonly<Record<string, number>>
}

/**
 * The operations of one noun, each a function and a route: five resources. They have a stack of their own within the service, because a
 * stack holds 500.
 */
export class Operations extends NestedStack {
  constructor(scope: Construct, id: string, { operations, api, making }: { operations: readonly Operation[]; api: Api; making: Making }) {
    super(scope, id, { description: `Operations: ${id}` })
    const { codeOf, environmentOf, logGroup, resources, provisioned } = making
    for (const operation of operations) {
      const { lambda } = new AtriumFunction(this, capitalized(operation.name), {
        description: `${operation.name}: ${operation.summary}`,
        code: codeOf(operation.name),
        environment: environmentOf(operation.services),
        logGroup,
        grants: operationGrants(operation, resources),
        timeout: Duration.seconds(secondsFor(operation)),
        kind: operationClass(operation),
      })
      api.route(this, `${capitalized(operation.name)}Route`, operation, startedAhead(lambda, provisioned[operation.name]))
    }
  }
}

/**
 * What a route calls: the function, or the alias behind which so many processes of its latest version are kept started. CDK's own types
 * are not made for `exactOptionalPropertyTypes`: an alias is a function.
 */
const startedAhead = (lambda: LambdaFunction, processes: number | undefined): IFunction =>
  processes === undefined ? lambda : (lambda.addAlias('started-ahead', { provisionedConcurrentExecutions: processes }) as IFunction)
