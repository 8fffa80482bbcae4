import { DescribeEndpointsCommand } from '@aws-sdk/client-dynamodb'
import type { Table } from './engine.ts'

/** Whether DynamoDB answered at all, be it with a refusal: then there is a connection. */
const isAnswer = (error: unknown): boolean => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined

/**
 * Opens a connection to DynamoDB, with all that goes before it (name, TLS, credentials, first signature), by the one call that reads no
 * table, costs nothing and needs no permission of a role:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/inter-network-traffic-privacy.html. The client keeps it for the next call.
 */
export async function connectTable({ client }: Pick<Table, 'client'>, abortSignal: AbortSignal): Promise<void> {
  try {
    await client.send(new DescribeEndpointsCommand({}), { abortSignal })
  } catch (error) {
    if (!isAnswer(error)) throw error
  }
}
