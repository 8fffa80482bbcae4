import type { ClientName } from '#shared/wiring.ts'
import type { Entry } from './bundle.ts'

/** The client behind each service, as plain code would use it: with the commands that Atrium sends, and nothing around it. */
const clients: { readonly [S in ClientName]?: string } = {
  table: `
    import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
    import { BatchGetCommand, DynamoDBDocumentClient, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
    const table = DynamoDBDocumentClient.from(new DynamoDBClient({}))
    const commands = { BatchGetCommand, QueryCommand, TransactWriteCommand, UpdateCommand }
    used.push((name, input) => table.send(new commands[name](input)))`,
  queue: `
    import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
    const queue = new SQSClient({})
    used.push((input) => queue.send(new SendMessageBatchCommand(input)))`,
  mail: `
    import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses'
    const mail = new SESClient({})
    used.push((input) => mail.send(new SendEmailCommand(input)))`,
  payments: `
    import Stripe from 'stripe'
    used.push(new Stripe('sk_test'))`,
}

/** Of some services those that have a client, in one order. */
const bareClients = (opened: readonly ClientName[]) => (Object.keys(clients) as ClientName[]).filter((service) => opened.includes(service))

/** The name of the bare function with the clients of some services. */
export const bareName = (opened: readonly ClientName[]): string => `bare-${bareClients(opened).join('-')}`

/** The name of the same function where it is bundled as Atrium's own are, without what no Lambda function can use. */
export const leanName = (opened: readonly ClientName[]): string => `lean-${bareName(opened)}`

/** A function with nothing but the clients of some services: what a bundle's size and start are compared with. */
export const bareEntry = (opened: readonly ClientName[], name = bareName(opened)): Entry => ({
  name,
  source: ['const used = []', ...bareClients(opened).map((service) => clients[service]), 'export const handler = () => used'].join('\n'),
})
