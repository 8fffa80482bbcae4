import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { Logger } from '@aws-lambda-powertools/logger'
import { httpHandler } from '#shared/http/handler.ts'
import type { Services } from '#shared/services.ts'
import { documentClient, Table } from '#shared/table/table.ts'
import { type ClientOf, contextOf, onDatabase, worldOn } from './database.ts'
import { type Mirror, mirrorOf } from './mirror.ts'
import { onTable, type Rounds, recordCalls, replay } from './recorder.ts'
import { median, numbersOf, printTable, timed } from './report.ts'
import { type Sample, samplesOf } from './requests.ts'
import { stubbed } from './stub.ts'

type Events = Awaited<ReturnType<Sample['next']>>

/** Milliseconds of a request, and of its calls alone. */
interface Both {
  readonly atrium: number
  readonly raw: number
}

/** Requests that are not measured, because the engine is still compiling. */
const warmUp = 50

/** The logger of production, writing to nowhere. */
const silent = () =>
  Object.assign(new Logger({ serviceName: 'atrium' }), {
    console: new Console(new Writable({ write: (_chunk, _encoding, done) => done() })),
  })

function functionOf({ operation }: Sample, services: Services): (event: Events) => Promise<void> {
  const handler = httpHandler(operation, services)
  return async (event) => {
    const { statusCode = 0, body } = await handler(event, contextOf())
    if (statusCode >= 300) throw new Error(`${operation.name} answered ${statusCode}: ${body}`)
  }
}

/** Milliseconds of CPU that something takes, all threads of this process together. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** One request over DynamoDB, then the calls that it took by hand: milliseconds of both. */
function latencyOf(sample: Sample, services: Services, take: () => Rounds, mirror: Mirror) {
  const handle = functionOf(sample, services)
  return async () => {
    const event = await sample.next()
    await mirror.replay(mirror.prepared(take()))
    const atrium = await timed(() => handle(event))
    const calls = mirror.prepared(take())
    return { atrium, raw: await timed(() => mirror.replay(calls)) }
  }
}

/** CPU of a request where DynamoDB is a stub, in turns with that of its calls alone: milliseconds a call of both, chunk by chunk. */
async function stubbedCpu(sample: Sample, services: Services, clientOf: ClientOf, { chunks, calls }: { chunks: number; calls: number }) {
  const { real, stub } = stubbed(clientOf)
  const { name } = services.table
  const [asked, answered] = [documentClient(real), documentClient(stub)]
  const { take } = recordCalls(asked)
  const event = await sample.next()
  await functionOf(sample, { ...services, table: new Table(asked, name) })(event)
  const rounds = take()
  const handle = functionOf(sample, { ...services, table: new Table(answered, name) })
  const seen: Both[] = []
  for (let chunk = 0; chunk < chunks; chunk++) {
    const prepared = Array.from({ length: calls }, () => onTable(rounds, name, name))
    const atrium = await cpuOf(async () => {
      for (let call = 0; call < calls; call++) await handle(event)
    })
    const raw = await cpuOf(async () => {
      for (const call of prepared) await replay(answered, call)
    })
    seen.push({ atrium: atrium / calls, raw: raw / calls })
  }
  // The first ones are spent on compiling.
  return seen.slice(Math.floor(chunks / 3))
}

const columns = (seen: readonly Both[], relate: (atrium: number, raw: number) => number) => [
  median(seen.map(({ raw }) => raw)).toFixed(2),
  median(seen.map(({ atrium }) => atrium)).toFixed(2),
  median(seen.map(({ atrium, raw }) => relate(atrium, raw))).toFixed(2),
]

/** What a warm request costs beyond its calls to DynamoDB: `npm run bench:warm`. */
await onDatabase(async (clientOf) => {
  const { samples, ...times } = numbersOf({ samples: 150, chunks: 45, calls: 40 })
  const world = await worldOn(clientOf, { INVITATIONS_PER_DAY: '1000000' })
  const { take } = recordCalls(world.services.table.client)
  const mirror = await mirrorOf(world, clientOf)
  const all = await samplesOf(world)
  const services: Services = { ...world.services, logger: silent() }

  const rows: string[][] = []
  for (const sample of all) {
    const run = latencyOf(sample, services, take, mirror)
    const seen: Both[] = []
    for (let i = 0; i < warmUp + samples; i++) seen.push(await run())
    const cpu = await stubbedCpu(sample, services, clientOf, times)
    rows.push([sample.label, ...columns(seen.slice(warmUp), (atrium, raw) => atrium / raw), ...columns(cpu, (atrium, raw) => atrium - raw)])
  }
  printTable(['', 'p50 raw ms', 'Atrium ms', 'ratio', 'CPU of the SDK ms', 'of Atrium ms', 'beyond'], rows)
  console.log('\np50 over DynamoDB Local (budget: ratio 1.3), then CPU over a stub (budget: 0.3 ms beyond the SDK).')
})
