import { deletionOf } from '#test/support/departure.ts'
import { numbersOf } from '#test/support/numbers.ts'
import type { World } from '#test/support/world.ts'
import { onDatabase, worldOn } from './database.ts'
import { type Heap, heapAround } from './heap.ts'
import { rawPurge } from './raw-purge.ts'
import { printTable, timed } from './report.ts'
import { largeWorkspace, partitionsOf } from './workspace.ts'

/** Erases a workspace that was filled; answers how many items went. */
type Eraser = (world: World, workspaceId: string) => Promise<number>

interface Run {
  readonly kind: string
  readonly gone: number
  readonly milliseconds: number
  readonly heap: Heap
}

const raw: Eraser = ({ raw, services }, workspaceId) => rawPurge(raw, services.table.name, partitionsOf(workspaceId))

/** The worker, from its message to the tombstone. */
const atrium: Eraser = async (world, workspaceId) => {
  await world.run('runDeletion')
  const deletion = await deletionOf(world, workspaceId)
  if (deletion?.step !== 'completed') throw new Error('The deletion is not completed')
  return Object.values(deletion.purged).reduce((sum, count) => sum + count, 0)
}

let workspaces = 0

/** A fresh workspace, filled, frozen and then erased: only the last is measured. */
async function measure(world: World, kind: string, erase: Eraser, items: number): Promise<Run> {
  const { workspaceId, admin } = await largeWorkspace(world, `ann${workspaces++}@example.com`, items)
  if (erase === atrium) await world.call('deleteWorkspace', { as: admin, path: { workspaceId }, query: { confirm: 'Default Workspace' } })
  let gone = 0
  let milliseconds = 0
  const heap = await heapAround(async () => {
    milliseconds = await timed(async () => {
      gone = await erase(world, workspaceId)
    })
  })
  if (gone < items) throw new Error(`${kind} erased ${gone} of ${items} items`)
  return { kind, gone, milliseconds, heap }
}

const rateOf = (runs: readonly Run[]): number =>
  (1000 * runs.reduce((sum, { gone }) => sum + gone, 0)) / runs.reduce((sum, { milliseconds }) => sum + milliseconds, 0)

const rowOf = ({ kind, gone, milliseconds, heap }: Run) => [
  kind,
  gone,
  (milliseconds / 1000).toFixed(1),
  rateOf([{ kind, gone, milliseconds, heap }]).toFixed(0),
  ...[heap.start, heap.peak, heap.end].map((size) => size.toFixed(1)),
]

/** The deletion of workspaces by the worker, in turns with a loop of Query and BatchWriteItem by hand: `npm run bench:purge`. */
await onDatabase(async (clientOf) => {
  const { items, rounds } = numbersOf({ items: 100_000, rounds: 2 })
  const world = await worldOn(clientOf)
  await measure(world, 'raw', raw, 2_000)
  await measure(world, 'Atrium', atrium, 2_000)
  const runs: Run[] = []
  for (let round = 0; round < rounds; round++) {
    runs.push(await measure(world, 'raw', raw, Math.ceil(items / rounds)))
    runs.push(await measure(world, 'Atrium', atrium, Math.ceil(items / rounds)))
  }
  printTable(['', 'items', 's', 'items/s', 'heap MiB at start', 'at peak', 'at end'], runs.map(rowOf))
  const [byHand, byWorker] = ['raw', 'Atrium'].map((kind) => rateOf(runs.filter((run) => run.kind === kind))) as [number, number]
  console.log(`\nraw ${byHand.toFixed(0)} items/s, Atrium ${byWorker.toFixed(0)} items/s: ${(byWorker / byHand).toFixed(2)} (goal: 0.8)`)
})
