import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { expect, onTestFinished, test } from 'vitest'
import { itemSize, readUnits, writeUnits } from '../support/capacity.ts'
import { createWorld } from '../support/world.ts'

test('the size of an item is that of its names and values', () => {
  expect(itemSize({ pk: 'ab', n: 123, gone: undefined })).toBe(2 + 2 + 1 + 3)
  expect(itemSize({ s: new Set(['a', 'bc']), nil: null, yes: true })).toBe(1 + 3 + 3 + 1 + 3 + 1)
  expect(itemSize({ l: ['é'], m: { k: -7 } })).toBe(1 + 3 + 1 + 2 + (1 + 3 + 1 + 1 + 3))
})

test('a check costs as much as a write, and an entry that moves in an index is two writes there', () => {
  const item = { pk: 'p', sk: 's', gsi1pk: 'i', gsi1sk: '1' }

  expect(writeUnits(item, item, true)).toBe(2)
  expect(writeUnits(undefined, item, false)).toBe(2)
  expect(writeUnits(item, { ...item, gsi1sk: '2' }, false)).toBe(3)
  expect(writeUnits(item, undefined, true)).toBe(3)
  expect(readUnits(4_097, true)).toBe(2)
  expect(readUnits(0, false)).toBe(0.5)
})

test('outside transactions the units equal those that DynamoDB Local reports', async () => {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const { client, name: TableName } = world.services.table
  const key = { pk: 'p', sk: 's' }
  const first = { ...key, gsi1pk: 'a', gsi1sk: 'b', gsi2pk: 'c', gsi2sk: 'd', text: 'x'.repeat(1_500) }
  const { text: _, ...second } = { ...first, gsi1sk: 'e' }

  const put = await client.send(new PutCommand({ TableName, Item: first, ReturnConsumedCapacity: 'TOTAL' }))
  const get = await client.send(new GetCommand({ TableName, Key: key, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }))
  const update = await client.send(
    new UpdateCommand({
      TableName,
      Key: key,
      UpdateExpression: 'SET gsi1sk = :new REMOVE #text',
      ExpressionAttributeNames: { '#text': 'text' },
      ExpressionAttributeValues: { ':new': 'e' },
      ReturnConsumedCapacity: 'TOTAL',
    }),
  )

  expect(put.ConsumedCapacity?.CapacityUnits).toBe(writeUnits(undefined, first, false))
  expect(get.ConsumedCapacity?.CapacityUnits).toBe(readUnits(itemSize(first), true))
  expect(update.ConsumedCapacity?.CapacityUnits).toBe(writeUnits(first, second, false))
})
