import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleBesideBare, type Size } from '#infra/aws/bundle/sizes.ts'
import { lists } from '#infra/aws/lists.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { type Cold, functionEnvironment, startCold } from './cold-process.ts'
import { onDatabase, worldOn } from './database.ts'
import { firstCalls } from './first-calls.ts'
import { median, printTable } from './report.ts'

/** Every function once, and after every few of them both kinds of their bare clients, so that noise meets all. */
const inTurns = (sizes: readonly Size[]): string[] =>
  [...Map.groupBy(sizes, ({ bare }) => bare)].flatMap(([bare, functions]) =>
    functions.flatMap(({ name, lean }, i) => (i % 4 === 0 ? [bare, lean, name] : [name])),
  )

const kib = (bytes: number) => (bytes / 1024).toFixed(0)

/** A figure of a function beside that of its bare clients, with all of the AWS SDK and with what Atrium's functions have of it. */
interface Compared {
  readonly own: number
  readonly bare: number
  readonly lean: number
}

const ratio = ({ own, bare }: Compared): number => own / bare

function report(sizes: readonly Size[], seen: ReadonlyMap<string, readonly Cold[]>): void {
  const of = (name: string, moment: 'imported' | 'called') => median((seen.get(name) ?? []).map((cold) => cold[moment]))
  // Without any client there is nothing to be compared with.
  const rows = sizes
    .filter(({ bareBytes }) => bareBytes > 1_024)
    .map(({ name, bytes, bare, bareBytes, lean, leanBytes }) => {
      const at = (moment: 'imported' | 'called'): Compared => ({ own: of(name, moment), bare: of(bare, moment), lean: of(lean, moment) })
      return { name, size: { own: bytes, bare: bareBytes, lean: leanBytes }, imported: at('imported'), called: at('called') }
    })
    .sort((one, other) => ratio(other.called) - ratio(one.called))
  const cells = (compared: Compared, text: (figure: number) => string) => [
    ...[compared.own, compared.bare, compared.lean].map(text),
    ratio(compared).toFixed(2),
  ]
  const milliseconds = (figure: number) => figure.toFixed(0)
  const middle = (figure: 'size' | 'imported' | 'called') => ['', '', '', median(rows.map((row) => ratio(row[figure]))).toFixed(2)]
  const heads = ['bare', 'lean', 'ratio']
  printTable(
    ['', 'KiB', ...heads, 'import ms', ...heads, 'and call ms', ...heads],
    [
      ...rows.map(({ name, size, imported, called }) => [
        name,
        ...cells(size, kib),
        ...cells(imported, milliseconds),
        ...cells(called, milliseconds),
      ]),
      ['median of the ratios', ...middle('size'), ...middle('imported'), ...middle('called')],
      ...sizes
        .filter(({ bareBytes }) => bareBytes <= 1_024)
        .map(({ name, bytes }) => [
          name,
          ...[kib(bytes), '', '', ''],
          ...[milliseconds(of(name, 'imported')), '', '', ''],
          ...[milliseconds(of(name, 'called')), '', '', ''],
        ]),
    ],
  )
  console.log('bare: the clients alone, with all of the AWS SDK; lean: without what no Lambda function can use. The ratio is to bare.')
}

/** Size and CPU of every function's cold start beside the bare clients that it needs: `npm run bench:cold`. */
await onDatabase(async (clientOf, endpoint) => {
  const { rounds } = numbersOf({ rounds: 7 })
  const folder = mkdtempSync(join(tmpdir(), 'atrium-cold-'))
  try {
    const world = await worldOn(clientOf)
    const events = await firstCalls(world)
    // What a function does ahead of its first event is measured by bench:first: here it would be counted for one who needs it not.
    const sizes = await bundleBesideBare(lists, folder, { makesReady: false })
    const env = functionEnvironment(endpoint, world.services.table.name)
    const seen = new Map<string, Cold[]>()
    for (let round = 0; round < rounds; round++)
      for (const name of inTurns(sizes)) {
        const event = events.get(name.includes('bare-') ? 'bare' : name)
        if (!event) throw new Error(`test/bench/first-calls.ts has no event for ${name}`)
        seen.set(name, [...(seen.get(name) ?? []), await startCold(join(folder, name, 'index.mjs'), event, env)])
      }
    report(sizes, seen)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
