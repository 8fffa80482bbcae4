import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import type { ClientName } from '#shared/wiring.ts'
import type { Lists } from '../lists.ts'
import { bareEntry, bareName, leanName } from './bare.ts'
import { bundle } from './bundle.ts'
import { clientsOf, clientsOfTrigger, entriesOf } from './entries.ts'

/** A function's bundle beside that of the bare clients that it needs, in bytes. */
export interface Size {
  readonly name: string
  readonly bytes: number
  /** What of them are the files that it serves. */
  readonly servedBytes: number
  /** The files that its code comes from, from the project's root. */
  readonly modules: readonly string[]
  /** The bundle of its bare clients with all of the AWS SDK, by name. */
  readonly bare: string
  readonly bareBytes: number
  readonly bareModules: readonly string[]
  /** The same clients without what no Lambda function can use: what the functions themselves have of the SDK. */
  readonly lean: string
  readonly leanBytes: number
}

/** What each function opens, by its name. */
const clientsByName = ({ operations, workers, triggers }: Lists): ReadonlyMap<string, readonly ClientName[]> =>
  new Map<string, readonly ClientName[]>([
    ...operations.map((operation) => [operation.name, clientsOf(operation)] as const),
    ...workers.map(({ name, services }) => [name, services] as const),
    ...triggers.map(({ name }) => [name, clientsOfTrigger] as const),
    ['notFound', []],
  ])

/** The bundle of a name among those that were made at once. */
function madeIn({ outputs }: Metafile, name: string) {
  const { bytes = 0, inputs = {} } = Object.entries(outputs).find(([file]) => file.endsWith(`/${name}/index.mjs`))?.[1] ?? {}
  const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  const served = used.filter(([file]) => file.startsWith('docs/')).map(([, { bytesInOutput }]) => bytesInOutput)
  return { bytes, servedBytes: served.reduce((sum, each) => sum + each, 0), modules: used.map(([file]) => file) }
}

/** Bundles every function, and every set of bare clients that one of them needs, into a folder; answers their sizes. */
export async function bundleBesideBare(lists: Lists, outdir: string, { makesReady = true } = {}): Promise<Size[]> {
  const opened = clientsByName(lists)
  const sets = [...new Map([...opened.values()].map((services) => [bareName(services), services])).values()]
  const lean = sets.map((services) => bareEntry(services, leanName(services)))
  const [made, whole] = await Promise.all([
    bundle([...entriesOf(lists, { makesReady }), ...lean], outdir),
    bundle(
      sets.map((services) => bareEntry(services)),
      outdir,
      { wholeSdk: true },
    ),
  ])
  return [...opened].map(([name, services]) => {
    const [bare, lean] = [bareName(services), leanName(services)]
    const { bytes: bareBytes, modules: bareModules } = madeIn(whole, bare)
    return { name, ...madeIn(made, name), bare, bareBytes, bareModules, lean, leanBytes: madeIn(made, lean).bytes }
  })
}

/** The sizes alone; the bundles are thrown away. */
export async function sizesOf(lists: Lists): Promise<Size[]> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-sizes-'))
  try {
    return await bundleBesideBare(lists, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
