import type { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb'
import { MessageRejected, SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { mockClient } from 'aws-sdk-client-mock'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openMail } from '#shared/mail/ses.ts'
import { openQueue } from '#shared/queue/queue.ts'
import { departure, leftoversOf } from '../support/departure.ts'
import { scene } from '../support/scene.ts'
import { createWorld } from '../support/world.ts'

/** Stands in for a client of AWS in this test: what the service itself would do cannot be had here. */
function standIn<T extends { restore: () => void }>(mock: T): T {
  onTestFinished(() => mock.restore())
  return mock
}

const settings = async () => {
  const world = await createWorld()
  onTestFinished(() => world.close())
  return world.services.settings
}

const messages = (count: number) => Array.from({ length: count }, (_, i) => ({ deletionId: `del_${i}` }))

test('messages are sent to their queue in tens, with their delays', async () => {
  const sqs = standIn(mockClient(SQSClient))
  sqs.on(SendMessageBatchCommand).resolves({})
  const made = await settings()

  await openQueue({ settings: made, logger: { warn: vi.fn() } }).enqueue('deletion', messages(23), 30)

  const sent = sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input)
  expect(sent.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 3])
  expect(new Set(sent.map(({ QueueUrl }) => QueueUrl))).toEqual(new Set([made.DELETION_QUEUE_URL]))
  expect(sent[2]?.Entries?.[2]).toEqual({ Id: '2', MessageBody: '{"deletionId":"del_22"}', DelaySeconds: 30 })
})

test('a message that a queue rejects is logged without its content, and fails nothing', async () => {
  const sqs = standIn(mockClient(SQSClient))
  sqs
    .on(SendMessageBatchCommand)
    .resolvesOnce({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] })
    .rejectsOnce(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }))
  const warn = vi.fn()

  await openQueue({ settings: await settings(), logger: { warn } }).enqueue('deletion', messages(20))

  expect(warn).toHaveBeenCalledTimes(2)
  for (const [text, about] of warn.mock.calls) expect([text, about]).toMatchObject(['not queued', { queue: 'deletion', messages: 10 }])
  expect(JSON.stringify(warn.mock.calls)).not.toContain('del_')
})

test('an e-mail that SES refuses is owed until SES takes it', async () => {
  const { world, invite, pending } = await scene()
  const ses = standIn(mockClient(SESClient))
  ses
    .on(SendEmailCommand)
    .rejectsOnce(new MessageRejected({ message: 'Email address is not verified.', $metadata: {} }))
    .resolves({ MessageId: 'ses-1' })
  const services = { ...world.services, mail: openMail(world.services) }
  await invite('bob@example.com')
  const asked = world.queued.map(({ message }) => message)

  const failed = await world.run('sendMail', asked, services)
  const [refused] = await pending()
  const again = await world.run('sendMail', asked, services)

  expect([failed, again]).toEqual([[{ itemIdentifier: '0' }], []])
  expect([refused.delivery, (await pending())[0].delivery]).toEqual(['queued', 'sent'])
  const sent = ses.commandCalls(SendEmailCommand).at(-1)?.args[0].input
  expect(sent?.Destination).toEqual({ ToAddresses: ['bob@example.com'] })
  expect(sent?.Source).toBe(world.services.settings.MAIL_FROM)
  expect(sent?.Tags).toEqual([
    { Name: 'invitation', Value: refused.id },
    { Name: 'send', Value: '1' },
  ])
})

test('items that DynamoDB leaves unprocessed are erased too', async () => {
  const d = await departure()
  await d.erase()
  let left = 0
  d.world.raw.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'BatchWriteItemCommand' || left++ >= 2) return next(args)
        const { RequestItems } = args.input as BatchWriteItemCommand['input']
        const [[name = '', requests = []] = []] = Object.entries(RequestItems ?? {})
        const result = await next({ ...args, input: { RequestItems: { [name]: requests.slice(0, 1) } } as typeof args.input })
        const rest = requests.slice(1)
        return {
          ...result,
          output: { ...(result.output as object), UnprocessedItems: rest.length ? { [name]: rest } : {} },
        } as typeof result
      },
    { step: 'initialize', name: 'short' },
  )

  expect(await d.finish()).toEqual([])

  expect(left).toBeGreaterThan(2)
  expect(await leftoversOf(d.world, d.workspaceId)).toEqual([])
})
