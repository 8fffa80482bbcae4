import type { Services } from '#shared/services.ts'
import { unlisted } from './access-patterns.ts'
import { withClient } from './faults.ts'
import type { World } from './world.ts'

/** What was asked of AWS since the meter was set to zero. */
export interface Reading {
  /** How many calls to the table were waited for one after the other; parallel ones count once. */
  readonly rounds: number
  /** The calls by name, in the order in which they began. */
  readonly calls: readonly string[]
  /** What was asked of the table that no access pattern is. */
  readonly unlisted: readonly string[]
  /** How often messages were handed to a queue. */
  readonly announcements: number
}

/** The services of a world with a meter on them; `measure` runs something and reads what it took. */
export function metered(world: World): { services: Services; measure: (run: () => Promise<unknown>) => Promise<Reading> } {
  let calls: string[] = []
  let outside: string[] = []
  let announcements = 0
  let rounds = 0
  let underWay = 0
  const answered: (() => void)[] = []
  // All calls of a round are answered at once, so that chains of calls beside each other keep step, however long each call takes.
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
