import type { Services } from '#shared/services.ts'
import { unlisted } from './access-patterns.ts'
import { withClient } from './faults.ts'
import type { World } from './world.ts'

/** The calls to AWS since the meter was reset. */
export interface Reading {
  /** The number of rounds to the table: calls awaited one after the other; parallel ones count once. */
  readonly rounds: number
  /** The calls by name, in the order in which they began. */
  readonly calls: readonly string[]
  /** The calls to the table that match no access pattern. */
  readonly unlisted: readonly string[]
  /** How often messages were handed to a queue. */
  readonly announcements: number
}

/** The services of a world with a meter attached; `measure` runs something and returns its readings. */
export function metered(world: World): { services: Services; measure: (run: () => Promise<unknown>) => Promise<Reading> } {
  let calls: string[] = []
  let outside: string[] = []
  let announcements = 0
  let rounds = 0
  let underWay = 0
  const answered: (() => void)[] = []
  // All calls of a round are answered together, so that parallel chains of calls stay in step, however long each call takes.
  const endOfRound = () => {
    if (underWay > 0) return
    for (const answer of answered.splice(0)) answer()
  }
  const onTable = withClient(world, (client) =>
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (underWay === 0 && answered.length === 0) rounds++
        underWay++
        calls.push(String(context.commandName).replace(/Command$/, ''))
        const input: object = args.input
        const other = unlisted(String(context.commandName), input)
        if (other) outside.push(other)
        try {
          return await next(args)
        } finally {
          underWay--
          setImmediate(endOfRound)
          await new Promise<void>((resolve) => answered.push(resolve))
        }
      },
      { step: 'initialize', name: 'meter' },
    ),
  )
  const enqueue: Services['queue']['enqueue'] = (...message) => {
    announcements++
    return world.services.queue.enqueue(...message)
  }
  const measure = async (run: () => Promise<unknown>): Promise<Reading> => {
    calls = []
    outside = []
    announcements = rounds = 0
    await run()
    return { rounds, calls, unlisted: outside, announcements }
  }
  return { services: { ...onTable, queue: { enqueue } }, measure }
}
