import { expect, test } from 'vitest'
import { workers } from '#functions/workers.ts'
import { nameIn } from '#infra/operate/dead-letters.ts'
import { isQueueWorker } from '#shared/worker/worker.ts'
import { synthesized } from './synthesized.ts'

/** CloudFormation names what has no name of its own after its stack and logical id. */
const physical = (id: string) => `atrium-prod-data-${id}-1AB2CD3EF4`

test('operators find the table, each queue and its dead-letter queue by the names that CloudFormation gives them', async () => {
  const prod = await synthesized('prod')

  const tables = prod.of('AWS::DynamoDB::Table').map(({ id }) => physical(id))
  const queues = prod.of('AWS::SQS::Queue').map(({ id }) => nameIn(`https://sqs.eu-central-1.amazonaws.com/1/${physical(id)}`))

  expect(tables).toEqual([expect.stringMatching(/^atrium-prod-data-Table/)])
  const names = workers.filter(isQueueWorker).map(({ queue }) => queue.charAt(0).toUpperCase() + queue.slice(1))
  expect(queues.sort()).toEqual(names.flatMap((name) => [name, `${name}Dead`]).sort())
  for (const { id, properties } of prod.of('AWS::SQS::Queue')) expect([id, properties.QueueName]).toEqual([id, undefined])
})
