import { QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { Member } from '#shared/domain/member.ts'
import type { Key } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import { kindOf } from '#shared/table/design/kinds.ts'
import type { StagedWorld } from './staged-world.ts'

/** A workspace at the moment from which nothing is written into it any more. */
export interface Frozen {
  /** How many items of each kind it had. */
  readonly counts: Readonly<Record<string, number>>
  /** Who was admin. */
  readonly admins: readonly string[]
}

type Puts = { TransactItems?: { Put?: { Item?: Record<string, unknown> } }[] }

/** The workspace whose deletion a transaction has just begun. */
function begunIn(input: object): string | undefined {
  const item = (input as Puts).TransactItems?.map(({ Put }) => Put?.Item).find((item) => item && 'step' in item)
  const id = item?.workspaceId as string | { S: string } | undefined
  return typeof id === 'object' ? id.S : id
}

/** Looks at each workspace at the very moment its deletion begins. */
export function watchFreezing(world: StagedWorld): ReadonlyMap<string, Frozen> {
  const frozen = new Map<string, Frozen>()
  world.onWrite = async (input) => {
    const id = begunIn(input)
    if (id && !frozen.has(id)) frozen.set(id, await freeze(world, id))
  }
  return frozen
}

async function freeze({ bare }: StagedWorld, workspaceId: string): Promise<Frozen> {
  const request = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': keys.workspace(workspaceId).pk } }
  const { Items = [] } = await bare.client.send(new QueryCommand({ TableName: bare.name, ConsistentRead: true, ...request }))
  const items = (Items as Key[]).filter(({ sk }) => sk !== keys.workspace(workspaceId).sk)
  const counts: Record<string, number> = {}
  for (const item of items) counts[kindOf(item)] = (counts[kindOf(item)] ?? 0) + 1
  const members = items.filter((item) => kindOf(item) === 'member') as unknown as Member[]
  return { counts, admins: members.filter(({ role }) => role === 'admin').map(({ accountId }) => accountId) }
}
