import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundleBesideBare, type Size } from '#infra/aws/bundle/sizes.ts'
import { lists } from '#infra/aws/lists.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { onDatabase, worldOn } from './database.ts'
import { firstCalls } from './first-calls.ts'
import { median, printTable } from './report.ts'

/** CPU milliseconds in a fresh process. */
interface Cold {
  /** To import the bundle. */
  readonly imported: number
  /** To import it and to answer the first call. */
  readonly called: number
}

const environment = (endpoint: string, table: string) => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  TABLE_NAME: table,
  ISSUER: 'https://issuer.example',
  CLIENT_ID: 'bench',
  APP_URL: 'https://app.example',
  MAIL_FROM: 'no-reply@app.example',
  MAIL_QUEUE_URL: 'https://sqs.example/mail',
  DELETION_QUEUE_URL: 'https://sqs.example/deletion',
  ACCOUNTS_QUEUE_URL: 'https://sqs.example/accounts',
  STRIPE_API_KEY: 'sk_test',
})

/** Starts a bundle in a process of its own. */
async function start(file: string, event: object, env: Record<string, string>): Promise<Cold> {
  const probe = join(import.meta.dirname, 'cold-probe.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [probe, file, JSON.stringify(event)], { env, maxBuffer: 2 ** 26 })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}

/** Every function once, and after every few of them their bare clients, so that noise meets both. */
const inTurns = (sizes: readonly Size[]): string[] =>
  [...Map.groupBy(sizes, ({ bare }) => bare)].flatMap(([bare, functions]) =>
    functions.flatMap(({ name }, i) => (i % 4 === 0 ? [bare, name] : [name])),
  )

const kib = (bytes: number) => (bytes / 1024).toFixed(0)

function report(sizes: readonly Size[], seen: ReadonlyMap<string, readonly Cold[]>): void {
  const of = (name: string, moment: keyof Cold) => median((seen.get(name) ?? []).map((cold) => cold[moment]))
  const rows = sizes.map(({ name, bytes, bare, bareBytes }) => {
    const pairs = [[bytes, bareBytes], ...(['imported', 'called'] as const).map((moment) => [of(name, moment), of(bare, moment)])]
    // Without any client there is nothing to be compared with.
    const ratios = pairs.map(([one = 0, other = 0]) => (bareBytes > 1_024 ? one / other : Number.NaN))
    return { name, pairs: pairs as [number, number][], ratios }
  })
  const text = (ratio: number | undefined) => (ratio === undefined || Number.isNaN(ratio) ? '-' : ratio.toFixed(2))
  const middle = [0, 1, 2].map((which) =>
    median(rows.map(({ ratios }) => ratios[which] ?? Number.NaN).filter((ratio) => !Number.isNaN(ratio))),
  )
  printTable(
    ['', 'KiB', 'bare', 'ratio', 'import ms', 'bare', 'ratio', 'and call ms', 'bare', 'ratio'],
    [
      ...rows
        .sort((one, other) => (other.ratios[2] || 0) - (one.ratios[2] || 0))
        .map(({ name, pairs, ratios }) => [
          name,
          ...pairs.flatMap((pair, i) => [...pair.map((each) => (i === 0 ? kib(each) : each.toFixed(0))), text(ratios[i])]),
        ]),
      ['median of the ratios', '', '', text(middle[0]), '', '', text(middle[1]), '', '', text(middle[2])],
    ],
  )
}

/** Size and CPU of every function's cold start beside the bare clients that it needs: `npm run bench:cold`. */
await onDatabase(async (clientOf, endpoint) => {
  const { rounds } = numbersOf({ rounds: 7 })
  const folder = mkdtempSync(join(tmpdir(), 'atrium-cold-'))
  try {
    const world = await worldOn(clientOf)
    const events = await firstCalls(world)
    const sizes = await bundleBesideBare(lists, folder)
    const env = environment(endpoint, world.services.table.name)
    const seen = new Map<string, Cold[]>()
    for (let round = 0; round < rounds; round++)
      for (const name of inTurns(sizes)) {
        const event = events.get(name) ?? events.get('bare') ?? {}
        seen.set(name, [...(seen.get(name) ?? []), await start(join(folder, name, 'index.mjs'), event, env)])
      }
    report(sizes, seen)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
