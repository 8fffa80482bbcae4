import { RemovalPolicy, Stack } from 'aws-cdk-lib'
import { AttributeType, BillingMode, Table as DynamoTable, ProjectionType } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { ttlAttribute } from '#shared/table/design/attributes.ts'
import { tableDefinition } from '#shared/table/design/table-definition.ts'
import type { Stage } from '../stages.ts'

const definition = tableDefinition('')

type KeySchema = readonly { readonly AttributeName: string; readonly KeyType: string }[]

/** DynamoDB's key schema in CDK's types; every key of the design is a string. */
const keysOf = (schema: KeySchema) => {
  const named = (type: string) => ({
    name: schema.find(({ KeyType }) => KeyType === type)?.AttributeName ?? '',
    type: AttributeType.STRING,
  })
  return { partitionKey: named('HASH'), sortKey: named('RANGE') }
}

/** What the stacks need of the table in use. */
export type TableInUse = Pick<
  DynamoTable,
  'tableName' | 'tableArn' | 'metricConsumedReadCapacityUnits' | 'metricConsumedWriteCapacityUnits'
>

/**
 * The table that the service uses: the stage's own, or the one into which a backup was restored. Its own table is kept and exported in
 * either case: during the switch the service still imports it, and CloudFormation does not remove an export that is in use.
 */
export function tableInUse(scope: Construct, stage: Pick<Stage, 'keepsData' | 'retentionDays' | 'restoredTable'>): TableInUse {
  const own = table(scope, stage)
  for (const value of [own.tableName, own.tableArn]) Stack.of(scope).exportValue(value)
  return stage.restoredTable ? DynamoTable.fromTableName(scope, 'RestoredTable', stage.restoredTable) : own
}

/** The single table, from the same design as the local table and the tests' tables. */
function table(scope: Construct, { keepsData, retentionDays }: Pick<Stage, 'keepsData' | 'retentionDays'>): DynamoTable {
  const made = new DynamoTable(scope, 'Table', {
    ...keysOf(definition.KeySchema),
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: ttlAttribute,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: retentionDays.backups },
    deletionProtection: keepsData,
    removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  })
  for (const { IndexName, KeySchema } of definition.GlobalSecondaryIndexes)
    made.addGlobalSecondaryIndex({ indexName: IndexName, ...keysOf(KeySchema), projectionType: ProjectionType.KEYS_ONLY })
  return made
}
