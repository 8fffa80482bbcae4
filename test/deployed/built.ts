import { randomUUID } from 'node:crypto'
import { CreateTableCommand, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { synthesizedWithCode } from '#test/infra/synthesized.ts'
import { localClient } from '#test/support/world.ts'
import { type Deployment, deploymentOf } from './deployment.ts'

/**
 * The stage `prod` as deployed, with its functions' code: built once for all tests of a run. Each test file has its own table, created as
 * the template describes.
 */
export async function builtDeployment(): Promise<Deployment> {
  const { outdir, synthesized } = await synthesizedWithCode('prod')
  const deployment = deploymentOf(synthesized, outdir, randomUUID().slice(0, 8))
  await makeTable(deployment.table)
  return deployment
}

async function makeTable(table: Deployment['table']): Promise<void> {
  const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = table as CreateTableCommandInput
  const client = localClient()
  await client.send(new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }))
  client.destroy()
}
