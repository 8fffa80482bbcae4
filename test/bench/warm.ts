import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { Logger } from '@aws-lambda-powertools/logger'
import type { Services } from '#shared/services.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { onDatabase, worldOn } from './database.ts'
import { type Mirror, mirrorOf } from './mirror.ts'
import { type Rounds, recordCalls } from './recorder.ts'
import { median, printTable, timed } from './report.ts'
import { requestsOf, type Sample } from './requests.ts'
import { type Both, functionOf, knowingTokens, stubbedCpu } from './stubbed-cpu.ts'

/** Requests that are not measured, because the engine is still compiling. */
const warmUp = 50

/** The logger of production, writing to nowhere. */
const silent = () =>
  Object.assign(new Logger({ serviceName: 'atrium' }), {
    console: new Console(new Writable({ write: (_chunk, _encoding, done) => done() })),
  })

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
  const all = await requestsOf(world)
  const services: Services = { ...world.services, logger: silent() }

  // Once over all, so that the first one finds the client as compiled as the last.
  for (const sample of all) await stubbedCpu(sample, services, clientOf, { ...times, chunks: 10 })
  await mirror.replay(mirror.prepared(take()))
  const rows: string[][] = []
  for (const sample of all) {
    const run = latencyOf(sample, services, take, mirror)
    const seen: Both[] = []
    for (let i = 0; i < warmUp + samples; i++) seen.push(await run())
    const cpu = await stubbedCpu(sample, services, clientOf, times)
    const without = await stubbedCpu(sample, knowingTokens(services), clientOf, times)
    const rest = median(without.map(({ atrium, raw }) => atrium - raw)).toFixed(2)
    rows.push([
      sample.label,
      ...columns(seen.slice(warmUp), (atrium, raw) => atrium / raw),
      ...columns(cpu, (atrium, raw) => atrium - raw),
      rest,
    ])
  }
  printTable(['', 'p50 raw ms', 'Atrium ms', 'ratio', 'CPU of the SDK ms', 'of Atrium ms', 'beyond', 'beyond, token known'], rows)
  console.log('\np50 over DynamoDB Local (budget: ratio 1.3), then CPU over a stub (budget: 0.3 ms beyond the SDK).')
})
