import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundle } from '#infra/aws/bundle/bundle.ts'
import { entriesOf } from '#infra/aws/bundle/entries.ts'
import { lists } from '#infra/aws/lists.ts'
import { type FunctionClass, memoryMb } from '#infra/aws/memory.ts'
import { type Case, model } from '#infra/cost/assumptions.ts'
import { at, chosenMb, comparedMb, type Work } from '#infra/cost/memory.ts'
import { prices } from '#infra/cost/prices.ts'
import { httpEvent } from '#test/support/event.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { signUp } from '#test/support/world.ts'
import costs from '../../docs/costs.json' with { type: 'json' }
import { type Cold, startCold } from './cold-process.ts'
import { onDatabase, worldOn } from './database.ts'
import { openStandIns } from './distance.ts'
import { firstCalls } from './first-calls.ts'
import { median, printTable } from './report.ts'

/** A function that stands for its class: the case of docs/costs.json whose waiting it has, and milliseconds of waiting in its init. */
interface Example {
  readonly name: string
  readonly like?: Case
  readonly initWait: number
}

/** A round to the table with its TLS, and the issuer's keys, which come from further away. */
const connecting = 2 * model.roundMilliseconds
const fetchingKeys = 40

const examples: Readonly<Record<FunctionClass, Example>> = {
  plain: { name: 'health', initWait: 0 },
  operation: { name: 'createProject', like: 'createProject', initWait: Math.max(connecting, fetchingKeys) },
  payment: { name: 'setPaymentMethod', like: 'setPaymentMethod', initWait: Math.max(connecting, fetchingKeys) },
  worker: { name: 'cleanUp', like: 'sendMail of one invitation', initWait: 0 },
  trigger: { name: 'preTokenGeneration', like: 'getMe', initWait: connecting },
}

const waitOf = (like: Case | undefined): number =>
  like === undefined ? 0 : costs[like].rounds * model.roundMilliseconds + (model.otherMilliseconds[like] ?? 0)

/** Starts every example in processes of its own, in turns. */
async function measured(rounds: number, later: number): Promise<ReadonlyMap<string, readonly Cold[]>> {
  const seen = new Map<string, Cold[]>()
  await onDatabase(async (clientOf, endpoint) => {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-memory-'))
    const standIns = await openStandIns(endpoint, folder, { table: 0, issuer: 0 })
    try {
      const names = new Set(Object.values(examples).map(({ name }) => name))
      await bundle(
        entriesOf(lists).filter(({ name }) => names.has(name)),
        folder,
      )
      const world = await worldOn(clientOf)
      const { workspaceId } = await signUp(world, 'worker@example.com')
      const events = new Map(await firstCalls(world))
      const as = await standIns.token('worker@example.com')
      for (const operation of lists.operations)
        if (operation.name === 'createProject')
          events.set(operation.name, httpEvent(operation, { as, path: { workspaceId }, body: { name: 'Rocket' } }))
      const env = standIns.environmentOf(world.services.table.name)
      for (let round = 0; round < rounds; round++)
        for (const name of names)
          seen.set(name, [...(seen.get(name) ?? []), await startCold(join(folder, name, 'index.mjs'), events.get(name) ?? {}, env, later)])
    } finally {
      await standIns.stop()
      rmSync(folder, { recursive: true })
    }
  })
  return seen
}

function workOf({ name, like, initWait }: Example, seen: ReadonlyMap<string, readonly Cold[]>): Work {
  const of = (figure: (cold: Cold) => number) => median((seen.get(name) ?? []).map(figure))
  return {
    initCpu: of(({ imported }) => imported),
    firstCpu: of(({ imported, called }) => called - imported),
    warmCpu: of(({ warm }) => warm),
    initWait,
    wait: waitOf(like),
  }
}

/** What a million calls cost beside Lambda, in USD: the table's capacity and, where it comes through the API, the request. */
function otherUsdOf(kind: FunctionClass): number {
  const { like } = examples[kind]
  const { wcu, rru } = like ? costs[like] : { wcu: 0, rru: 0 }
  const isRequest = kind !== 'worker' && kind !== 'trigger'
  return wcu * prices.wcu.usd + rru * prices.rru.usd + (isRequest ? prices.httpRequest.usd : 0)
}

const round = (number: number, digits = 0) => number.toFixed(digits)

function rowsOf(kind: FunctionClass, work: Work): readonly string[] {
  const { name, like } = examples[kind]
  const cells = comparedMb.map((mb) => {
    const { cold, warm, usdPerMillion } = at(mb, work)
    const text = `${round(cold)} / ${round(warm, warm < 10 ? 1 : 0)} / ${round(usdPerMillion, 2)}`
    return mb === memoryMb[kind] ? `**${text}**` : text
  })
  const cpu = `${round(work.initCpu)} + ${round(work.firstCpu)}, ${round(work.warmCpu, 1)}`
  return [`${kind} (\`${name}\`${like && like !== name ? `, waits like ${like}` : ''})`, cpu, round(work.wait), ...cells]
}

/**
 * Measures the CPU of one function of each class and compares what sizes of memory make of it; writes the table of docs/scale.md anew:
 * `npm run bench:memory`.
 */
const { rounds, later } = numbersOf({ rounds: 7, later: 200 })
const seen = await measured(rounds, later)
const kinds = Object.keys(examples) as FunctionClass[]
const works = kinds.map((kind) => ({ kind, work: workOf(examples[kind], seen) }))
const heads = ['class', 'CPU: init + first, later', 'waits', ...comparedMb.map((mb) => `${mb.toLocaleString('en')} MB`)]
const rows = works.map(({ kind, work }) => rowsOf(kind, work))
printTable(heads, rows)
for (const { kind, work } of works) {
  const best = chosenMb(work, otherUsdOf(kind))
  if (best !== memoryMb[kind]) console.log(`${kind}: infra/aws/memory.ts has ${memoryMb[kind]} MB, best is ${best}`)
}
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const table = [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
const page = new URL('../../docs/scale.md', import.meta.url)
const text = readFileSync(page, 'utf8')
writeFileSync(
  page,
  text.replace(/(<!-- bench:memory -->\n)[\s\S]*?(\n<!-- end -->)/, (_, from: string, to: string) => `${from}${table}${to}`),
)
