import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { fingerprint } from '#shared/domain/ids.ts'
import * as keys from '#shared/table/design/keys.ts'
import { signUp, type World } from '#test/support/world.ts'

/** Over how many partitions a workspace's usage is spread. */
const shards = 8

/** The i-th item of a large workspace, about 300 bytes: usage events over all shards, and every tenth a project. */
function itemAt(workspaceId: string, i: number): object {
  const name = `Item ${i} ${'x'.repeat(120)}`
  if (i % 10 === 0) return { ...keys.project({ workspaceId, projectId: `prj_${String(i).padStart(26, '0')}` }), workspaceId, name }
  return {
    ...keys.usageEvent({ workspaceId, shard: i % shards, eventHash: fingerprint(String(i)) }),
    expiresAt: '2027-02-22T10:00:00.000Z',
    name,
  }
}

/** The partitions that such a workspace lies in. */
export const partitionsOf = (workspaceId: string): string[] => [
  ...Array.from({ length: shards }, (_, shard) => keys.usageCounter({ workspaceId, shard }).pk),
  keys.workspace(workspaceId).pk,
]

/** A new workspace with as many items beside its own few; answers its id, and who is its admin. */
export async function largeWorkspace(world: World, email: string, items: number): Promise<{ workspaceId: string; admin: string }> {
  const { token, workspaceId } = await signUp(world, email)
  let next = 0
  const fill = async () => {
    for (let from = next; from < items; from = next) {
      next = Math.min(items, from + 25)
      await putBatch(
        world,
        Array.from({ length: next - from }, (_, i) => itemAt(workspaceId, from + i)),
      )
    }
  }
  await Promise.all(Array.from({ length: 8 }, fill))
  return { workspaceId, admin: token }
}

async function putBatch({ services: { table } }: World, items: readonly object[]): Promise<void> {
  const requests = items.map((Item) => ({ PutRequest: { Item: { ...Item } } }))
  await table.client.send(new BatchWriteCommand({ RequestItems: { [table.name]: requests } }))
}
