import { CreateQueueCommand, GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { expect, onTestFinished, test } from 'vitest'
import { bringBack, listDeadLetters } from '#infra/operate/dead-letters.ts'
import { operate } from './operate.ts'

const names = ['QueuesMail8C5A1B2D-a1', 'QueuesMailDead0F5A1B2D-b2', 'QueuesMailEvents1A2B3C4D-c3', 'QueuesMailEventsDead5A6B7C8D-d4']

/** SQS with the queues of the stage dev, as CloudFormation names them. */
async function stageQueues() {
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1' })
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const client = new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false })
  onTestFinished(async () => {
    client.destroy()
    await app.close()
  })
  for (const name of names) await client.send(new CreateQueueCommand({ QueueName: `atrium-dev-data-${name}` }))
  const urlOf = async (name: string) => (await client.send(new GetQueueUrlCommand({ QueueName: `atrium-dev-data-${name}` }))).QueueUrl ?? ''
  const kill = async (name: string, MessageBody: string) =>
    client.send(
      new SendMessageCommand({
        QueueUrl: await urlOf(name),
        MessageBody,
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'test' } },
      }),
    )
  const received = async (name: string) => {
    const receive = { QueueUrl: await urlOf(name), MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }
    return (await client.send(new ReceiveMessageCommand(receive))).Messages ?? []
  }
  const run = (...args: string[]) =>
    operate('redrive', args, {
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    })
  return { client, kill, received, run }
}

test('dead letters are moved back to their own queue, with their attributes', async () => {
  const { kill, received, run } = await stageQueues()
  for (let i = 0; i < 12; i++) await kill('QueuesMailEventsDead5A6B7C8D-d4', `event ${i}`)
  await kill('QueuesMailDead0F5A1B2D-b2', 'mail')

  const listed = await run('--stage', 'dev', '--list')
  const moved = await run('--stage', 'dev', 'mailEvents')

  expect(listed.stdout.split('\n').sort()).toEqual(['', 'mail: 1 waiting', 'mailEvents: 12 waiting'])
  expect(moved).toEqual({ code: 0, stdout: 'mailEvents: 12 moved back\n', stderr: '' })
  const events = await received('QueuesMailEvents1A2B3C4D-c3')
  expect(events).toHaveLength(10)
  expect(events[0]).toMatchObject({ Body: 'event 0', MessageAttributes: { kind: { StringValue: 'test' } } })
  expect(await received('QueuesMail8C5A1B2D-a1')).toEqual([])
  expect(await received('QueuesMailEventsDead5A6B7C8D-d4')).toEqual([])
})

test('messages that died again since the start are left, so that the command ends', async () => {
  const { client, kill, received } = await stageQueues()
  const [mail] = (await listDeadLetters(client, 'atrium-dev-data')).filter(({ queue }) => queue === 'mail')
  const startedAt = new Date()
  await kill('QueuesMailDead0F5A1B2D-b2', 'again')

  const moved = await bringBack(client, mail!, { startedAt, waitSeconds: 0 })

  expect([mail?.waiting, moved]).toEqual([0, 0])
  expect(await received('QueuesMail8C5A1B2D-a1')).toEqual([])
})

test.for([
  [['mail'], 'Give --stage'],
  [['--stage', 'nowhere'], 'There is no stage "nowhere": infra/aws/stages.ts has dev, prod'],
  [['--stage', 'prod'], 'The stack atrium-prod-data has no queues'],
  [['--stage', 'dev', 'post'], 'There is no queue post: name one of mail, mailEvents'],
] as const)('redrive %o ends with 1 and one line that says why', async ([args, reason]) => {
  const { run } = await stageQueues()

  const { code, stderr } = await run(...args)

  expect([code, stderr.split('\n')]).toEqual([1, [expect.stringContaining(reason), '']])
})
