import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  CfnApiMapping,
  CfnStage,
  type CorsHttpMethod,
  DomainName,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct, type IDependable } from 'constructs'
import { type Operation, routesOf } from '#shared/http/operation.ts'
import { type Cors, corsFor } from '../../cors.ts'
import type { RouteClass, Stage } from '../stages.ts'

/** What the log of requests says of each: nothing of its path, query string, headers or sender. */
const accessLog = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  route: '$context.routeKey',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  functionMilliseconds: '$context.integrationLatency',
  bytes: '$context.responseLength',
  error: '$context.error.message',
  functionError: '$context.integrationErrorMessage',
}

const classOf = ({ access, method }: Operation): RouteClass => (access.kind === 'open' ? 'open' : method === 'GET' ? 'read' : 'write')

const throttling = ({ rate, burst }: Stage['throttles'][RouteClass]) => ({ throttlingRateLimit: rate, throttlingBurstLimit: burst })

const routeKeysOf = (operation: Operation): string[] => routesOf(operation).map(({ method, path }) => `${method} ${path}`)

/** The HTTP API: routes come from the list, everything else that is asked for goes to one function that says so. */
export class Api extends Construct {
  readonly http: HttpApi
  /** Where it is reached, without a slash at the end. */
  readonly url: string

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id)
    const { name, apiDomain } = stage
    const cors = corsFor(...frontEndsOf(stage))
    this.http = new HttpApi(this, 'Http', {
      apiName: `atrium-${name}`,
      createDefaultStage: false,
      ...(apiDomain && { disableExecuteApiEndpoint: true }),
      ...(cors.origins.length > 0 && { corsPreflight: preflight(cors) }),
    })
    this.url = apiDomain ? `https://${apiDomain.name}` : this.http.apiEndpoint
  }

  /** The answer to everything that no route matches. */
  otherwise(fallback: IFunction): void {
    new HttpRoute(this, 'Otherwise', {
      httpApi: this.http,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Function', fallback),
    })
  }

  /** The routes of an operation, in whatever stack its function is. */
  route(scope: Construct, id: string, operation: Operation, target: IFunction): void {
    const integration = new HttpLambdaIntegration('Function', target)
    routesOf(operation).forEach(({ method, path }, i) => {
      const routeKey = HttpRouteKey.with(path, method as HttpMethod)
      new HttpRoute(scope, i === 0 ? id : `${id}${method}`, { httpApi: this.http, routeKey, integration })
    })
  }

  /** Opens the API, once the routes are there that are throttled by name. */
  open(stage: Stage, operations: readonly Operation[], routes: readonly IDependable[]): CfnStage {
    const log = new LogGroup(this, 'AccessLog', { retention: stage.retentionDays.logs, removalPolicy: RemovalPolicy.DESTROY })
    const opened = new CfnStage(this, 'Stage', {
      apiId: this.http.apiId,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: log.logGroupArn, format: JSON.stringify(accessLog) },
      defaultRouteSettings: throttling(stage.throttles.open),
      routeSettings: Object.fromEntries(
        operations.flatMap((each) => routeKeysOf(each).map((key) => [key, routeSettings(stage.throttles[classOf(each)])])),
      ),
    })
    opened.node.addDependency(...routes)
    if (stage.apiDomain) this.#name(stage.apiDomain, opened)
    return opened
  }

  #name({ name, certificateArn }: NonNullable<Stage['apiDomain']>, opened: CfnStage): void {
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', certificateArn)
    const domainName = new DomainName(this, 'Domain', { domainName: name, certificate })
    const mapping = new CfnApiMapping(this, 'Mapping', { apiId: this.http.apiId, domainName: domainName.name, stage: opened.stageName })
    mapping.node.addDependency(opened, domainName)
    new CfnOutput(this, 'DomainTarget', { value: domainName.regionalDomainName, description: `What the CNAME record of ${name} points at` })
  }
}

/** CloudFormation passes route settings on as they are, so their names begin as the API's do. */
const routeSettings = ({ rate, burst }: Stage['throttles'][RouteClass]) => ({
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
})

/** The product's own pages, which call from a browser: what opens the links, and what people come back to from signing in. */
const frontEndsOf = ({ appUrl, identity }: Stage): string[] => [
  ...(appUrl ? [appUrl] : []),
  ...(identity.kind === 'cognito' ? identity.callbackUrls : []),
]

function preflight({ origins, methods, headers, exposed, maxAgeSeconds }: Cors) {
  return {
    allowOrigins: [...origins],
    allowMethods: methods as CorsHttpMethod[],
    allowHeaders: [...headers],
    exposeHeaders: [...exposed],
    maxAge: Duration.seconds(maxAgeSeconds),
  }
}
