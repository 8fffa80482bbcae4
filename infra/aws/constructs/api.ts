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

/** What the access log records of each request: nothing from its path, query string or headers, and nothing about its sender. */
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

/** The HTTP API: its routes come from the list; every other request goes to a function that answers 404. */
export class Api extends Construct {
  readonly http: HttpApi
  /** The API's base URL, without a trailing slash. */
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

  /** Answers every request that no route matches. */
  otherwise(fallback: IFunction): void {
    new HttpRoute(this, 'Otherwise', {
      httpApi: this.http,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Function', fallback),
    })
  }

  /** Adds the routes of an operation, whichever stack its function is in. */
  route(scope: Construct, id: string, operation: Operation, target: IFunction): void {
    const integration = new HttpLambdaIntegration('Function', target)
    routesOf(operation).forEach(({ method, path }, i) => {
      const routeKey = HttpRouteKey.with(path, method as HttpMethod)
      new HttpRoute(scope, i === 0 ? id : `${id}${method}`, { httpApi: this.http, routeKey, integration })
    })
  }

  /** Opens the API. Call it once the routes that have throttles of their own exist. */
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

/** CloudFormation passes route settings to the API unchanged, so their names are capitalized as in the API. */
const routeSettings = ({ rate, burst }: Stage['throttles'][RouteClass]) => ({
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
})

/** The product's own pages that call the API from a browser: the one that opens invitation links, and those that sign-in returns to. */
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
