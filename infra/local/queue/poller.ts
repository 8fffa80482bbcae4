import { setTimeout as pause } from 'node:timers/promises'
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { lambdaContext } from '../gateway/lambda-context.ts'
import { region } from './queues.ts'

/** A worker's function as an event source mapping invokes it. Its result names the messages that failed; if it throws, all have failed. */
export type QueueFunction = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | undefined>

/** Which queue feeds which function, and how. */
export interface PollerOptions {
  readonly client: SQSClient
  readonly queueUrl: string
  readonly name: string
  readonly handler: QueueFunction
  /** The maximum number of messages per call, up to 10. */
  readonly batchSize: number
  /** How long a failed message stays hidden, in seconds. */
  readonly retrySeconds?: number
  /** How many batches run concurrently. */
  readonly concurrency?: number
}

/** A worker's timeout in seconds. No message reappears while its function is still working on it. */
const workSeconds = 300

/** Feeds a queue's messages to a worker until it is stopped, as Lambda does. `stop` waits for the batches in progress. */
export function startPoller(options: PollerOptions): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const loops = Array.from({ length: options.concurrency ?? 2 }, () => poll(options, stopping.signal))
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

async function poll(options: PollerOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      const messages = await receive(options, stopping)
      if (messages.length > 0) await work(options, messages)
    } catch (error) {
      if (stopping.aborted) return
      console.error(`The ${options.name} queue failed:`, error)
      await pause(1_000, undefined, { signal: stopping }).catch(() => {})
    }
  }
}

async function receive({ client, queueUrl, batchSize }: PollerOptions, abortSignal: AbortSignal): Promise<Message[]> {
  const wanted = { MaxNumberOfMessages: Math.min(batchSize, 10), WaitTimeSeconds: 20, VisibilityTimeout: workSeconds }
  const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, ...wanted, MessageSystemAttributeNames: ['All'] })
  return (await client.send(command, { abortSignal })).Messages ?? []
}

/** Calls the worker with a batch, deletes the messages that succeeded and lets the others reappear. */
async function work(options: PollerOptions, messages: readonly Message[]): Promise<void> {
  const failed = await failures(options, messages)
  const { client, queueUrl, retrySeconds = 5 } = options
  const entries = messages.map(({ MessageId, ReceiptHandle }, i) => ({ Id: String(i), MessageId, ReceiptHandle }))
  const done = entries.filter(({ MessageId }) => !failed.has(MessageId)).map(({ MessageId: _, ...entry }) => entry)
  const again = entries.filter(({ MessageId }) => failed.has(MessageId)).map(({ MessageId: _, ...entry }) => entry)
  if (done.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: done }))
  const Entries = again.map((entry) => ({ ...entry, VisibilityTimeout: retrySeconds }))
  if (again.length > 0) await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }))
}

/** The ids of the failed messages: those that the answer names, or all if it throws or names one that is not in the batch. */
async function failures({ name, handler }: PollerOptions, messages: readonly Message[]): Promise<Set<string | undefined>> {
  const all = new Set(messages.map(({ MessageId }) => MessageId))
  try {
    const response = await handler({ Records: messages.map((message) => record(message, name)) }, lambdaContext(name, workSeconds * 1000))
    const named = (response?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier)
    return named.every((id) => all.has(id)) ? new Set(named) : all
  } catch (error) {
    console.error(`${name} failed:`, error)
    return all
  }
}

const record = (message: Message, name: string): SQSRecord => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle ?? '',
  body: message.Body ?? '',
  attributes: message.Attributes as unknown as SQSRecord['attributes'],
  messageAttributes: {},
  md5OfBody: message.MD5OfBody ?? '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:${region}:000000000000:${name}`,
  awsRegion: region,
})
