import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, Table as DynamoTable, ProjectionType } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { tableDefinition, ttlAttribute } from '#shared/table/design.ts'
import type { Stage } from '../stages.ts'

const definition = tableDefinition('')

type KeySchema = readonly { readonly AttributeName: string; readonly KeyType: string }[]

/** DynamoDB's key schema as CDK has it; every key of the design is a string. */
const keysOf = (schema: KeySchema) => {
  const named = (type: string) => ({
    name: schema.find(({ KeyType }) => KeyType === type)?.AttributeName ?? '',
    type: AttributeType.STRING,
  })
  return { partitionKey: named('HASH'), sortKey: named('RANGE') }
}

/** The single table, made from the design that the local one and the tests' are made from too. */
export function table(scope: Construct, { keepsData, retentionDays }: Pick<Stage, 'keepsData' | 'retentionDays'>): DynamoTable {
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
