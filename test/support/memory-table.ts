import { ConditionalCheckFailedException, DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, TransactWriteCommand, type TransactWriteCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { documentClient, type Item, Table } from '#shared/table/engine.ts'
import { changedItem, type Expressed, holds } from './expressions.ts'

/** One part of a write, as DynamoDB takes it. */
interface Part extends Expressed {
  readonly Key: Item
  readonly ConditionExpression?: string
  readonly UpdateExpression?: string
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** A copy without undefined attributes, as DynamoDB would return it. */
const stored = (item: Item): Item => unmarshall(marshall(item, { removeUndefinedValues: true }))
const textOf = ({ pk, sk }: Item): string => `${pk}\n${sk}`
const about = { $metadata: {}, message: 'As DynamoDB answers it' }

/**
 * The table without DynamoDB: reads by key and conditional writes in memory, for tests that must run in milliseconds. It is the real
 * `Table` on a client that answers from here; test/table/memory-table.test.ts compares its answers with DynamoDB's own.
 */
export function memoryTable(): Table {
  const items = new Map<string, Item>()
  const client = documentClient(new DynamoDBClient({ region: 'eu-central-1' }))
  const mock = mockClient(client)
  const allows = ({ Key, ConditionExpression: rule, ...rest }: Part) => !rule || holds(rule, rest, items.get(textOf(Key)) ?? {})
  const updated = ({ Key, UpdateExpression: change = '', ...rest }: Part) => {
    const next = stored(changedItem(change, rest, { ...items.get(textOf(Key)), ...Key }))
    items.set(textOf(Key), next)
    return next
  }
  mock.on(BatchGetCommand).callsFake(async ({ RequestItems }: BatchGetCommand['input']) => {
    const found = Object.entries(RequestItems ?? {}).map(([name, { Keys = [] }]) => [
      name,
      Keys.flatMap((key) => items.get(textOf(key)) ?? []),
    ])
    return { Responses: structuredClone(Object.fromEntries(found)) }
  })
  mock.on(UpdateCommand).callsFake(async (input: UpdateCommand['input']) => {
    if (!allows(input as Part)) throw new ConditionalCheckFailedException(about)
    return { Attributes: updated(input as Part) }
  })
  mock.on(TransactWriteCommand).callsFake(async ({ TransactItems = [] }: TransactWriteCommand['input']) => {
    const parts = TransactItems.map(partOf)
    const reasons = parts.map((part) =>
      allows(part) ? { Code: 'None' } : { Code: 'ConditionalCheckFailed', ...itemOf(items.get(textOf(part.Key))) },
    )
    if (reasons.some(({ Code }) => Code !== 'None')) throw new TransactionCanceledException({ ...about, CancellationReasons: reasons })
    for (const [i, part] of parts.entries()) {
      const { Put, Update, Delete } = TransactItems[i] ?? {}
      if (Put) items.set(textOf(part.Key), stored(Put.Item ?? {}))
      if (Update) updated(part)
      if (Delete) items.delete(textOf(part.Key))
    }
    return {}
  })
  return new Table(client, 'memory')
}

const partOf = ({ Put, Update, Delete, ConditionCheck }: TransactItem): Part =>
  (Put ? { ...Put, Key: { pk: Put.Item?.pk, sk: Put.Item?.sk } } : (Update ?? Delete ?? ConditionCheck)) as Part

/** What a failed condition met, in DynamoDB's own format. */
const itemOf = (found: Item | undefined) => found && { Item: marshall(found) }
