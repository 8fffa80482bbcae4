import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, type CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { afterAll } from 'vitest'
import { synthesizedWithCode } from '#test/infra/synthesized.ts'
import { localClient } from '#test/support/world.ts'
import { type Deployment, deploymentOf } from './deployment.ts'

/**
 * Synthesizes the stage `prod` with the code of its functions, for the tests of one file, and makes the table that the template describes.
 * The folder goes when they are done.
 */
export async function builtDeployment(): Promise<Deployment> {
  const outdir = mkdtempSync(join(tmpdir(), 'atrium-deployed-'))
  afterAll(() => rmSync(outdir, { recursive: true }))
  const deployment = deploymentOf(await synthesizedWithCode(outdir, 'prod'), outdir, randomUUID().slice(0, 8))
  await makeTable(deployment.table)
  return deployment
}

async function makeTable(table: Deployment['table']): Promise<void> {
  const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = table as CreateTableCommandInput
  const client = localClient()
  await client.send(new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }))
  client.destroy()
}
