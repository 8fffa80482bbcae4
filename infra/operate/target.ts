import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { documentClient, Table } from '#shared/table/engine.ts'
import { stageOf } from '../aws/stages.ts'
import { Trouble } from './command.ts'

/** The options that say which deployment is meant. */
export const targetOptions = { stage: { type: 'string' }, table: { type: 'string' }, url: { type: 'string' } } as const

interface Target {
  readonly stage?: string
  readonly table?: string
  readonly url?: string
}

const localUrl = 'http://127.0.0.1:3000'

/** The prefix of the names of a stage's resources: CloudFormation puts the stack's name first. Refuses an unknown stage. */
export function dataStackOf(name: string): string {
  try {
    return `atrium-${stageOf(name).name}-data`
  } catch (error) {
    throw new Trouble((error as Error).message)
  }
}

/** Opens the table of a running local service, of a stage, or with that name, with the operator's own credentials. */
export async function openTargetTable({ stage, table, url }: Target): Promise<Table> {
  if ([stage, table, url].filter((each) => each !== undefined).length > 1) throw new Trouble('Give one of --stage, --table and --url')
  if (table !== undefined) return openTable(new DynamoDBClient({}), table)
  if (stage === undefined) return openLocalTable(url ?? localUrl)
  const stack = dataStackOf(stage)
  const { restoredTable } = stageOf(stage)
  return restoredTable ? openTable(new DynamoDBClient({}), restoredTable) : openStageTable(stack)
}

const openTable = (client: DynamoDBClient, name: string) => new Table(documentClient(client), name)

interface LocalServices {
  readonly dynamodb: { readonly endpoint: string; readonly tableName: string; readonly region: string; readonly accessKeyId: string }
}

async function openLocalTable(url: string): Promise<Table> {
  const { dynamodb } = await localServices<LocalServices>(url)
  const { endpoint, region, accessKeyId, tableName } = dynamodb
  return openTable(new DynamoDBClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'local' } }), tableName)
}

/** What a running local service says about itself. */
export async function localServices<T>(url: string): Promise<T> {
  const answer = await fetch(new URL('/local/services', url)).catch(() => undefined)
  if (answer?.ok) return (await answer.json()) as T
  throw new Trouble(`No local service answers at ${url}: start it (npm start), or give --url or --stage`)
}

/** The table that the stage's stack created: `<stack>-<logical id>-<random>`. A table left behind by an earlier stack matches this too. */
async function openStageTable(stack: string): Promise<Table> {
  const client = new DynamoDBClient({})
  const { TableNames = [] } = await client.send(new ListTablesCommand({ ExclusiveStartTableName: `${stack}-` }))
  const [found, ...more] = TableNames.filter((name) => name.startsWith(`${stack}-Table`))
  if (found === undefined) throw new Trouble(`The stack ${stack} has no table in this account and region: deploy it, or give --table`)
  if (more.length > 0) throw new Trouble(`There are several tables of the stack ${stack}, give --table: ${[found, ...more].join(', ')}`)
  return openTable(client, found)
}
