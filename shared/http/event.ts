import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { Refusal } from '../domain/refusals.ts'

/** A request as API Gateway's HTTP API hands it to a function (payload format 2.0), and the answer that it takes. */
export type HttpEvent = APIGatewayProxyEventV2
export type HttpResult = APIGatewayProxyStructuredResultV2

/** One header, by its lower-case name, trimmed; undefined where it is not there. */
export const header = (event: HttpEvent, name: string): string | undefined => event.headers?.[name]?.trim()

export const invalidRequest = (detail: string, errors?: Refusal['errors']): Refusal =>
  new Refusal('invalid_request', detail, errors ? { errors } : {})
