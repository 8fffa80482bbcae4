import { createHash, randomUUID } from 'node:crypto'
import type { Answer } from './gate.ts'

/** A waiting message. */
export interface Waiting {
  readonly id: string
  readonly queueUrl: string
  readonly body: string
  /** When it becomes visible, in milliseconds. */
  readonly dueAt: number
}

interface SendMessageBatch {
  readonly QueueUrl: string
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string; readonly DelaySeconds?: number }[]
}

const refused = (type: string, message: string): Answer => ({
  status: 400,
  body: JSON.stringify({ __type: `com.amazonaws.sqs#${type}`, message }),
})

/** SQS, as far as functions send to it: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export function openQueues(urls: readonly string[], now: () => Date) {
  const waiting: Waiting[] = []
  const put = (queueUrl: string, body: string, delaySeconds = 0): Waiting => {
    const message = { id: randomUUID(), queueUrl, body, dueAt: now().getTime() + delaySeconds * 1_000 }
    waiting.push(message)
    return message
  }
  return {
    put,
    /** Receives up to this many due messages from a queue. */
    take: (queueUrl: string, most: number): Waiting[] => {
      const due = waiting.filter((each) => each.queueUrl === queueUrl && each.dueAt <= now().getTime()).slice(0, most)
      for (const each of due) waiting.splice(waiting.indexOf(each), 1)
      return due
    },
    /** Answers the calls of functions. */
    serve: ({ body, headers }: { body: string; headers: Readonly<Record<string, unknown>> }): Answer => {
      const call = String(headers['x-amz-target'])
      if (call !== 'AmazonSQS.SendMessageBatch') return refused('UnsupportedOperation', `${call} is not played here`)
      const { QueueUrl, Entries }: SendMessageBatch = JSON.parse(body)
      if (!urls.includes(QueueUrl)) return refused('QueueDoesNotExist', `There is no queue ${QueueUrl}`)
      if (Entries.length > 10) return refused('TooManyEntriesInBatchRequest', 'A batch has at most 10 messages')
      const Successful = Entries.map(({ Id, MessageBody, DelaySeconds }) => ({
        Id,
        MessageId: put(QueueUrl, MessageBody, DelaySeconds).id,
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      }))
      return { status: 200, body: JSON.stringify({ Successful, Failed: [] }) }
    },
  }
}
