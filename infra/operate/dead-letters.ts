import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

/** A queue, its dead-letter queue, and how many messages that holds (approximately, as SQS counts). */
export interface DeadLetters {
  readonly queue: string
  readonly queueUrl: string
  readonly deadUrl: string
  readonly waiting: number
}

/** `https://…/atrium-prod-data-QueuesMailEvents12AB34CD-x1y2` → `MailEvents`; a dead-letter queue's name ends in `Dead`. */
export const nameIn = (url: string): string | undefined => /-Queues(\w+?)[0-9A-F]{8}-\w+$/.exec(url)?.[1]

async function urlsOf(client: SQSClient, stack: string): Promise<string[]> {
  const urls: string[] = []
  for await (const { QueueUrls = [] } of paginateListQueues({ client, pageSize: 1_000 }, { QueueNamePrefix: `${stack}-Queues` }))
    urls.push(...QueueUrls)
  return urls
}

/** A stack's queues with their dead-letter queues. Both are found by name: `<stack>-<logical id>-<random>`. */
export async function listDeadLetters(client: SQSClient, stack: string): Promise<DeadLetters[]> {
  const urls = await urlsOf(client, stack)
  const pairs = urls.flatMap((deadUrl) => {
    const [, name = ''] = /^(\w+)Dead$/.exec(nameIn(deadUrl) ?? '') ?? []
    const queueUrl = urls.find((url) => nameIn(url) === name)
    return queueUrl ? [{ queue: name.charAt(0).toLowerCase() + name.slice(1), queueUrl, deadUrl }] : []
  })
  return Promise.all(pairs.map(async (pair) => ({ ...pair, waiting: await waitingIn(client, pair.deadUrl) })))
}

async function waitingIn(client: SQSClient, QueueUrl: string): Promise<number> {
  const wanted = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] })
  return Number((await client.send(wanted)).Attributes?.ApproximateNumberOfMessages ?? 0)
}

/**
 * Moves dead letters back to their queue. Each is sent first and then deleted: none is lost, and one may arrive twice, which every worker
 * tolerates. It stops when only messages are left that died again after `startedAt`. Returns how many it moved.
 *
 * SQS can move messages itself (StartMessageMoveTask), but not those that came from an SNS topic's subscription, and the local stand-in
 * does not support it: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
export async function bringBack(
  client: SQSClient,
  { queueUrl, deadUrl }: DeadLetters,
  { startedAt, waitSeconds = 5 }: { startedAt: Date; waitSeconds?: number },
): Promise<number> {
  const receive = { MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds, VisibilityTimeout: 60 }
  for (let moved = 0; ; ) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        ...receive,
        QueueUrl: deadUrl,
        MessageSystemAttributeNames: ['SentTimestamp'],
        MessageAttributeNames: ['All'],
      }),
    )
    const old = Messages.filter(({ Attributes }) => Number(Attributes?.SentTimestamp ?? 0) < startedAt.getTime())
    for (const message of old) await move(client, message, { queueUrl, deadUrl })
    moved += old.length
    if (old.length === 0) return moved
  }
}

async function move(client: SQSClient, message: Message, { queueUrl, deadUrl }: { queueUrl: string; deadUrl: string }): Promise<void> {
  const { Body: MessageBody, MessageAttributes, ReceiptHandle } = message
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageAttributes }))
  await client.send(new DeleteMessageCommand({ QueueUrl: deadUrl, ReceiptHandle }))
}
