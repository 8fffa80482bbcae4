import type { Services } from '#shared/services.ts'
import { withClient } from './faults.ts'
import type { World } from './world.ts'

/** What was asked of AWS since the meter was set to zero. */
export interface Reading {
  /** How many calls to the table were waited for one after the other; parallel ones count once. */
  readonly rounds: number
  /** The calls by name, in the order in which they began. */
  readonly calls: readonly string[]
  /** How often messages were handed to a queue. */
  readonly announcements: number
}

/** The services of a world with a meter on them; `measure` runs something and reads what it took. */
export function metered(world: World): { services: Services; measure: (run: () => Promise<unknown>) => Promise<Reading> } {
  let calls: { readonly name: string; readonly depth: number }[] = []
  let announcements = 0
  // The longest chain of calls that have ended: a call that begins now comes behind all of them.
  let ended = 0
  const onTable = withClient(world, (client) =>
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const depth = ended + 1
        calls.push({ name: String(context.commandName).replace(/Command$/, ''), depth })
        try {
          return await next(args)
        } finally {
          ended = Math.max(ended, depth)
        }
      },
      { step: 'initialize', name: 'meter' },
    ),
  )
  const announce: Services['queue']['announce'] = (...message) => {
    announcements++
    return world.services.queue.announce(...message)
  }
  const measure = async (run: () => Promise<unknown>): Promise<Reading> => {
    calls = []
    announcements = ended = 0
    await run()
    return { rounds: Math.max(0, ...calls.map(({ depth }) => depth)), calls: calls.map(({ name }) => name), announcements }
  }
  return { services: { ...onTable, queue: { announce } }, measure }
}
