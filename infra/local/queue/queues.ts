import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { guard } from '../guard.ts'
import { loopback } from '../ports.ts'

/** The local queues. `urlOf` returns the URL that `SendMessage` takes. */
export interface LocalQueues {
  readonly endpoint: string
  readonly client: SQSClient
  urlOf(name: string): string
  stop(): Promise<void>
}

/** The region of everything local. */
export const region = 'us-east-1'

/** After this many failures a message goes to the dead-letter queue. */
const maxReceiveCount = 5

/** The name of a queue's dead-letter queue. */
export const deadLetterQueueOf = (name: string): string => `${name}-dead`

/**
 * Starts an in-memory SQS with a queue for each name and its dead-letter queue. A restart loses all messages; as always, the work that they
 * stood for is found again from the table.
 */
export async function startQueues(names: readonly string[]): Promise<LocalQueues> {
  const app = buildApp({ logger: false, defaultRegion: region })
  guard(app.server, 'programs')
  const endpoint = await app.listen({ host: loopback, port: 0 })
  const client = new SQSClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } })
  const urlOf = (name: string) => `${endpoint}/000000000000/${name}`
  await Promise.all(names.map((name) => createQueue(client, name, urlOf)))
  const stop = async () => {
    client.destroy()
    await app.close()
  }
  return { endpoint, client, urlOf, stop }
}

async function createQueue(client: SQSClient, name: string, urlOf: (name: string) => string): Promise<void> {
  const dead = deadLetterQueueOf(name)
  await client.send(new CreateQueueCommand({ QueueName: dead }))
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(dead), AttributeNames: ['QueueArn'] }))
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount })
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes: { RedrivePolicy } }))
}
