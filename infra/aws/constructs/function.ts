import type { Duration } from 'aws-cdk-lib'
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  type RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { type FunctionClass, memoryMb } from '../memory.ts'

/** What a role allows: actions on resources. */
export interface Grant {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

export interface AtriumFunctionProps {
  readonly description: string
  readonly code: Code
  readonly environment: Readonly<Record<string, string>>
  readonly logGroup: ILogGroup
  readonly grants: readonly Grant[]
  readonly timeout: Duration
  readonly kind: FunctionClass
  readonly recursiveLoop?: RecursiveLoop
}

/**
 * A function with its own role, which allows what is granted and writing its log, in one inline policy: three resources fewer than with
 * CDK's defaults, and no managed policy that allows more.
 */
export class AtriumFunction extends Construct {
  readonly lambda: LambdaFunction

  constructor(scope: Construct, id: string, props: AtriumFunctionProps) {
    super(scope, id)
    const { grants, recursiveLoop, kind, ...rest } = props
    const log: Grant = { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [props.logGroup.logGroupArn] }
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { grants: new PolicyDocument({ statements: [log, ...grants].map(statementOf) }) },
    })
    this.lambda = new LambdaFunction(this, 'Function', {
      ...rest,
      role,
      memorySize: memoryMb[kind],
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN, // omits the line at each start and end; the metrics have them
      ...(recursiveLoop && { recursiveLoop }),
    })
  }
}

const statementOf = ({ actions, resources }: Grant): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] })
