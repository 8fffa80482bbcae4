import { ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { expect, onTestFinished, test, vi } from 'vitest'
import { noFaults } from '#infra/local/faults.ts'
import { faultyQueue } from '#infra/local/queue/faulty-queue.ts'
import { startPoller } from '#infra/local/queue/poller.ts'
import { deadLetterQueueOf, startQueues } from '#infra/local/queue/queues.ts'
import type { Queue } from '#shared/queue/queue.ts'

type Work = (event: SQSEvent, call: number) => Promise<SQSBatchResponse | undefined>

/** A queue and a worker that notes what it is called with. Failed messages come back at once. */
async function queueWith(work: Work) {
  const queues = await startQueues(['mail'])
  const queueUrl = queues.urlOf('mail')
  const calls: string[][] = []
  const handler = (event: SQSEvent) => work(event, calls.push(event.Records.map(({ body }) => body)))
  const poller = startPoller({ client: queues.client, queueUrl, name: 'mail', handler, batchSize: 10, retrySeconds: 0, concurrency: 1 })
  onTestFinished(async () => {
    await poller.stop()
    await queues.stop()
  })
  const send = (...bodies: string[]) => {
    const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }))
    return queues.client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
  }
  const dead = async () => {
    const QueueUrl = queues.urlOf(deadLetterQueueOf('mail'))
    const { Messages = [] } = await queues.client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }))
    return Messages.map(({ Body }) => Body)
  }
  return { queues, poller, calls, send, dead }
}

test('a worker gets a batch as from Lambda, and the messages that succeed are deleted', async () => {
  let record: SQSEvent['Records'][number] | undefined
  const { calls, send } = await queueWith(async ({ Records }) => {
    record = Records[0]
    return undefined
  })

  await send('a', 'b')
  await expect.poll(() => calls.flat().length).toBe(2)
  await send('c')
  await expect.poll(() => calls.flat().length).toBe(3)

  expect(calls.flat()).toEqual(['a', 'b', 'c'])
  expect(record).toMatchObject({
    body: 'c',
    eventSource: 'aws:sqs',
    attributes: { ApproximateReceiveCount: '1' },
    messageId: expect.any(String),
  })
})

test('only the failed messages of a batch reappear', async () => {
  const { calls, send } = await queueWith(async ({ Records }, call) => {
    const failed = Records.filter(({ body }) => body === 'bad' && call < 3)
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  })

  await send('good', 'bad')
  await expect.poll(() => calls.length).toBe(3)

  expect(calls).toEqual([['good', 'bad'], ['bad'], ['bad']])
})

test('a message that fails five times, even by a throw, goes to the dead-letter queue', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const { calls, send, dead } = await queueWith(() => Promise.reject(new Error('no')))

  await send('poison')

  await expect.poll(dead).toEqual(['poison'])
  expect(calls).toHaveLength(5)
})

test('stopping waits for the batch in progress and starts no other', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const { calls, send, poller } = await queueWith(() => promise)
  await send('first')
  await expect.poll(() => calls.length).toBe(1)

  let stopped = false
  const stopping = poller.stop().then(() => {
    stopped = true
  })
  await send('second')
  const early = stopped
  resolve(undefined)
  await stopping

  expect([early, calls]).toEqual([false, [['first']]])
})

test.for([
  [null, ['a']],
  ['duplicate', ['a', 'a']],
  ['lose', []],
] as const)('with the fault %s an operation sends %o', async ([fault, expected]) => {
  const sent: string[] = []
  const queue: Queue = {
    enqueue: async (_, messages) => void sent.push(...messages.map((message) => ('invitationId' in message ? message.invitationId : ''))),
  }

  await faultyQueue(queue, { ...noFaults(), queue: fault }).enqueue('mail', [{ kind: 'invitation', invitationId: 'a', sendCount: 1 }])

  expect(sent).toEqual(expected)
})
