import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEntry, bareName } from '#infra/aws/bundle/bare.ts'
import { bundle } from '#infra/aws/bundle/bundle.ts'
import { entriesOf } from '#infra/aws/bundle/entries.ts'
import { lists } from '#infra/aws/lists.ts'
import * as keys from '#shared/table/design/keys.ts'
import { httpEvent } from '#test/support/event.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { signUp } from '#test/support/world.ts'
import { type Cold, startCold } from './cold-process.ts'
import { onDatabase, worldOn } from './database.ts'
import { openStandIns } from './distance.ts'
import { median, printTable } from './report.ts'

/** How far away they are, there and back, in milliseconds. */
const distances = { table: 20, issuer: 40 }

const measured = lists.operations.filter(({ name }) => name === 'getWorkspace' || name === 'listProjects')

/** Bundles what is measured: as it is deployed, and without what it does ahead of its first event. */
async function bundled(folder: string): Promise<readonly { readonly label: string; readonly file: string; readonly name: string }[]> {
  const named = new Set(measured.map(({ name }) => name))
  const of = (makesReady: boolean) => entriesOf(lists, { makesReady }).filter(({ name }) => named.has(name))
  await bundle(of(true), join(folder, 'ready'))
  await bundle(of(false), join(folder, 'waiting'))
  await bundle([bareEntry(['table'])], folder, { wholeSdk: true })
  const file = (...path: string[]) => join(folder, ...path, 'index.mjs')
  return [
    { label: 'the bare client, one read', file: file(bareName(['table'])), name: 'bare' },
    ...measured.flatMap(({ name }) => [
      { label: `${name}, all at its first event`, file: file('waiting', name), name },
      { label: name, file: file('ready', name), name },
    ]),
  ]
}

/**
 * From the start of a fresh process to its first answer to a person, by the clock, where the table and the issuer are so far away:
 * `npm run bench:first`. Beside it the same code without what it does ahead of its first event, and the bare client's first read.
 */
await onDatabase(async (clientOf, endpoint) => {
  const { rounds } = numbersOf({ rounds: 9 })
  const folder = mkdtempSync(join(tmpdir(), 'atrium-first-'))
  const standIns = await openStandIns(endpoint, folder, distances)
  try {
    const world = await worldOn(clientOf)
    const { workspaceId } = await signUp(world, 'ann@example.com')
    const as = await standIns.token('ann@example.com')
    const events = new Map<string, object>(
      measured.map((operation) => [operation.name, httpEvent(operation, { as, path: { workspaceId } })] as const),
    )
    const read = { [world.services.table.name]: { Keys: [{ ...keys.workspace(workspaceId) }], ConsistentRead: true } }
    events.set('bare', { call: ['BatchGetCommand', { RequestItems: read }] })
    const env = standIns.environmentOf(world.services.table.name)
    const all = await bundled(folder)
    const seen = new Map<string, Cold[]>()
    for (let round = 0; round < rounds; round++)
      for (const { label, file, name } of all) {
        const cold = await startCold(file, events.get(name) ?? {}, env)
        if (name !== 'bare' && cold.status !== 200) throw new Error(`${label} answered ${cold.status}`)
        seen.set(label, [...(seen.get(label) ?? []), cold])
      }
    const middle = (label: string, figure: (cold: Cold) => number) => median((seen.get(label) ?? []).map(figure)).toFixed(0)
    printTable(
      ['milliseconds, medians', 'init', 'first event', 'both', 'CPU of init', 'of the first event', 'both'],
      all.map(({ label }) => [
        label,
        ...[
          (cold: Cold) => cold.importedAt,
          (cold: Cold) => cold.calledAt - cold.importedAt,
          (cold: Cold) => cold.calledAt,
          (cold: Cold) => cold.imported,
          (cold: Cold) => cold.called - cold.imported,
          (cold: Cold) => cold.called,
        ].map((figure) => middle(label, figure)),
      ]),
    )
    console.log(`TLS 1.3; the table is ${distances.table} ms away, the issuer ${distances.issuer} ms, there and back.`)
  } finally {
    await standIns.stop()
    rmSync(folder, { recursive: true })
  }
})
