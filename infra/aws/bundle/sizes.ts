import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientName } from '#shared/wiring.ts'
import type { Lists } from '../lists.ts'
import { bareEntry, bareName } from './bare.ts'
import { bundle } from './bundle.ts'
import { clientsOf, clientsOfTrigger, entriesOf } from './entries.ts'

/** A function's bundle beside that of the bare clients that it needs, in bytes. */
export interface Size {
  readonly name: string
  readonly bytes: number
  /** The bundle of its bare clients, by name. */
  readonly bare: string
  readonly bareBytes: number
}

/** What each function opens, by its name. */
const clientsByName = ({ operations, workers, triggers }: Lists): ReadonlyMap<string, readonly ClientName[]> =>
  new Map<string, readonly ClientName[]>([
    ...operations.map((operation) => [operation.name, clientsOf(operation)] as const),
    ...workers.map(({ name, services }) => [name, services] as const),
    ...triggers.map(({ name }) => [name, clientsOfTrigger] as const),
    ['notFound', []],
  ])

/** Bundles every function, and every set of bare clients that one of them needs, into a folder; answers their sizes. */
export async function bundleBesideBare(lists: Lists, outdir: string): Promise<Size[]> {
  const opened = clientsByName(lists)
  const bare = new Map([...opened.values()].map((services) => [bareName(services), bareEntry(services)]))
  const { outputs } = await bundle([...entriesOf(lists), ...bare.values()], outdir)
  const bytesOf = (name: string) => Object.entries(outputs).find(([file]) => file.endsWith(`/${name}/index.mjs`))?.[1].bytes ?? 0
  return [...opened].map(([name, services]) => {
    const bare = bareName(services)
    return { name, bytes: bytesOf(name), bare, bareBytes: bytesOf(bare) }
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
