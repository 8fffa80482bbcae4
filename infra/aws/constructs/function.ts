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

/** What a role allows: actions on resources, nothing else about it. */
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
 * One function with a role of its own that allows what is granted and to write its log, in one inline policy: three resources less than
 * CDK's default, and no managed policy that allows more.
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
      systemLogLevelV2: SystemLogLevel.WARN, // without a line at each start and end, which are in the metrics
      ...(recursiveLoop && { recursiveLoop }),
    })
  }
}

const statementOf = ({ actions, resources }: Grant): PolicyStatement =>
  new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] })
