import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { ttlAttribute } from '#shared/table/design/attributes.ts'
import { tableDefinition } from '#shared/table/design/table-definition.ts'
import { region } from '../queue/queues.ts'
import { StartFailure } from '../start-failure.ts'
import type { ServiceDatabase } from './database.ts'

/** Creates the table if it does not exist. Throws a `StartFailure` if another version created it with other indexes. */
export async function ensureTable({ endpoint, accessKeyId }: ServiceDatabase, tableName: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'local' } })
  const found = await describe(client, tableName)
  const definition = tableDefinition(tableName)
  if (found === undefined) await create(client, definition)
  else if (definition.GlobalSecondaryIndexes.some(({ IndexName }) => !found.includes(IndexName)))
    throw new StartFailure(`The table ${tableName} was made by another version of Atrium: start with another DATA_DIR or TABLE_NAME`)
  client.destroy()
}

/** The table's indexes; undefined if the table does not exist. */
async function describe(client: DynamoDBClient, TableName: string): Promise<(string | undefined)[] | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }))
    return (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName)
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

async function create(client: DynamoDBClient, definition: ReturnType<typeof tableDefinition>): Promise<void> {
  const { TableName } = definition
  await client.send(new CreateTableCommand(definition))
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true }
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
}
