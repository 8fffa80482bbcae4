import type { Logger } from '@aws-lambda-powertools/logger'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { Deadline } from '../deadline.ts'
import type { MailEvent } from '../domain/mail-events.ts'
import type { Messages, QueueName } from '../domain/messages.ts'
import { safeForLog } from '../domain/safe-for-log.ts'
import { fewKept, leanClient } from '../lean-client.ts'
import type { Settings } from '../settings.ts'
import { type QueueVariable, queueVariable } from './queue-variables.ts'

/** The queues that others send to, and what a worker reads from them. */
export interface Reports {
  readonly mailEvents: MailEvent
}

export interface Queue {
  /**
   * Says that there is work whose intent is already committed in the table. Never throws: what cannot be sent now is found and sent
   * by the sweep. `delaySeconds`: 0 to 900, for work that is to wait.
   */
  enqueue<N extends QueueName>(queue: N, messages: readonly Messages[N][], delaySeconds?: number): Promise<void>
}

const batchesOfTen = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / 10) }, (_, i) => all.slice(i * 10, i * 10 + 10))

/** How long to wait for a queue, in milliseconds: the sweep finds what it did not take, and a caller's answer must not wait. */
const sendTimeoutMs = 2_000

/** Where the queues are; a function that sends to some of them need not be told of the others. */
type QueueUrls = Partial<Pick<Settings, QueueVariable>>

/** Opens the queues with the SDK's own settings; logs every batch that could not be sent. */
export function openQueue({ settings, logger }: { readonly settings: QueueUrls; readonly logger: Pick<Logger, 'warn'> }): Queue {
  const client = leanClient(new SQSClient({ requestHandler: fewKept }), { tellsLoops: true })
  const send = async (queue: QueueName, batch: readonly object[], DelaySeconds: number) => {
    const Entries = batch.map((message, i) => ({ Id: String(i), MessageBody: JSON.stringify(message), DelaySeconds }))
    const command = () => new SendMessageBatchCommand({ QueueUrl: settings[queueVariable(queue)], Entries })
    const { Failed } = await Deadline.in(sendTimeoutMs).ask((abortSignal) => client.send(command(), { abortSignal }))
    if (Failed?.length) throw new Error(`The queue rejected ${Failed.length} of ${batch.length} messages: ${Failed[0]?.Code}`)
  }
  return {
    enqueue: async (queue, messages, delaySeconds = 0) => {
      await Promise.all(
        batchesOfTen(messages).map((batch) =>
          send(queue, batch, delaySeconds).catch((error) =>
            logger.warn('not queued', { queue, messages: batch.length, error: safeForLog(error) }),
          ),
        ),
      )
    },
  }
}
