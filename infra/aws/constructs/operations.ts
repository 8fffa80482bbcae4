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

/** What every function of the service needs. */
export interface Making {
  readonly codeOf: CodeOf
  readonly environmentOf: (services: readonly string[]) => Record<string, string>
  readonly logGroup: ILogGroup
  readonly resources: Resources
  /** Provisioned concurrency by operation name; none if the operation is not listed. */
  readonly provisioned: Readonly<Record<string, number>>
}

/**
 * The operations of one noun, each with a function and a route: five resources. They get a nested stack of their own, because a stack holds
 * at most 500.
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
 * What a route calls: the function, or the alias of its latest version that has provisioned concurrency. CDK's own types do not work with
 * `exactOptionalPropertyTypes`, so we treat an alias as a function.
 */
const startedAhead = (lambda: LambdaFunction, processes: number | undefined): IFunction =>
  processes === undefined ? lambda : (lambda.addAlias('started-ahead', { provisionedConcurrentExecutions: processes }) as IFunction)
