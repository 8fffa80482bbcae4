import { Duration, NestedStack } from 'aws-cdk-lib'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { type Operation, secondsFor } from '#shared/http/operation.ts'
import type { CodeOf } from '../bundle/functions.ts'
import { operationGrants, type Resources } from '../grants.ts'
import type { Api } from './api.ts'
import { AtriumFunction } from './function.ts'
import { capitalized } from './queues.ts'

/** What every function of the service is made from. */
export interface Making {
  readonly codeOf: CodeOf
  readonly environmentOf: (services: readonly string[]) => Record<string, string>
  readonly logGroup: ILogGroup
  readonly resources: Resources
}

/**
 * The operations of one noun, each a function and a route: five resources. They have a stack of their own within the service, because a
 * stack holds 500.
 */
export class Operations extends NestedStack {
  constructor(scope: Construct, id: string, { operations, api, making }: { operations: readonly Operation[]; api: Api; making: Making }) {
    super(scope, id, { description: `Operations: ${id}` })
    const { codeOf, environmentOf, logGroup, resources } = making
    for (const operation of operations) {
      const { lambda } = new AtriumFunction(this, capitalized(operation.name), {
        description: `${operation.name}: ${operation.summary}`,
        code: codeOf(operation.name),
        environment: environmentOf(operation.services),
        logGroup,
        grants: operationGrants(operation, resources),
        timeout: Duration.seconds(secondsFor(operation)),
      })
      api.route(this, `${capitalized(operation.name)}Route`, operation, lambda)
    }
  }
}
