import { reportUsage } from '#functions/usage/report-usage.ts'
import { httpHandler } from '#shared/http/handler.ts'
import { documentClient, Table } from '#shared/table/engine.ts'
import { httpEvent } from '#test/support/event.ts'
import { numbersOf } from '#test/support/numbers.ts'
import { signUp, type World } from '#test/support/world.ts'
import { contextOf, onDatabase, worldOn } from './database.ts'
import { mirrorOf } from './mirror.ts'
import { type Rounds, recordCalls, transactionsIn } from './recorder.ts'
import { printTable, spread, timed } from './report.ts'

const eventsPerBatch = 100
const concurrency = 16

/** Works off a list, so many at a time. */
async function each<T>(list: readonly T[], run: (item: T, lane: number) => Promise<void>): Promise<void> {
  const open = [...list]
  const work = async (_: unknown, lane: number) => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) await run(item, lane)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
}

let reported = 0

/** A request with a full batch of events that are all new. */
const batch = (secret: string) => {
  const events = Array.from({ length: eventsPerBatch }, () => ({ id: `event-${reported++}`, meter: 'requests', quantity: 1 }))
  return httpEvent(reportUsage, { as: secret, body: { events } })
}

/** The real handler, with a note of the calls that it makes. */
function recordedHandler({ raw, services }: World) {
  const client = documentClient(raw)
  const { take } = recordCalls(client)
  return { take, handler: httpHandler(reportUsage, { ...services, table: new Table(client, services.table.name) }) }
}

/** Usage in batches through the real handler, in turns with the bare transactions that it takes: `npm run bench:ingest`. */
await onDatabase(async (clientOf) => {
  const { batches, rounds } = numbersOf({ batches: 16, rounds: 15 })
  const world = await worldOn(clientOf)
  const mirror = await mirrorOf(world, clientOf)
  const setUp = recordCalls(world.services.table.client)
  const { token, workspaceId } = await signUp(world, 'ann@example.com')
  const { body } = await world.call('createApiKey', { as: token, path: { workspaceId }, body: { name: 'Reporter' } })
  await world.call('reportUsage', { as: body.secret, body: JSON.parse(batch(body.secret).body ?? '') })
  await mirror.replay(mirror.prepared(setUp.take()))

  const lanes = Array.from({ length: concurrency }, () => recordedHandler(world))
  const measure = async () => {
    const requests = Array.from({ length: batches }, () => batch(body.secret))
    const made: Rounds[] = []
    const atrium = await timed(() =>
      each(requests, async (request, lane) => {
        const { handler, take } = lanes[lane]!
        const { statusCode } = await handler(request, contextOf())
        if (statusCode !== 200) throw new Error(`reportUsage answered ${statusCode}`)
        made.push(take())
      }),
    )
    const transactions = made.map((calls) => mirror.prepared(transactionsIn(calls)))
    const raw = await timed(() => each(transactions, mirror.replay))
    return { atrium: rateOf(atrium), raw: rateOf(raw) }
  }
  const rateOf = (milliseconds: number) => (1000 * batches * eventsPerBatch) / milliseconds

  await measure()
  const seen: { atrium: number; raw: number }[] = []
  for (let round = 0; round < rounds; round++) seen.push(await measure())
  printTable(
    ['events/s', 'lowest', 'median', 'highest'],
    [
      ['raw', ...spread(seen.map(({ raw }) => raw))],
      ['Atrium', ...spread(seen.map(({ atrium }) => atrium))],
      [
        'ratio',
        ...spread(
          seen.map(({ raw, atrium }) => atrium / raw),
          2,
        ),
      ],
    ],
  )
})
