import { setTimeout as pause } from 'node:timers/promises'
import { StartFailure } from '../start-failure.ts'
import type { Database } from './dynamodb.ts'

/** A database that is started again, on the same data and port, if it ends by itself. */
export interface KeptDatabase {
  readonly endpoint: string
  /** Resolves when it has ended and cannot be started again. */
  readonly lost: Promise<StartFailure>
  stop(): Promise<void>
}

/** How often to look whether it is still there, in milliseconds. */
const intervalMs = 500

/** It is started again so many times within so many milliseconds: what ends more often than that needs a person. */
const most = 5
const withinMs = 600_000

/** Watches a database and starts it again if it ends, for any reason but `stop`. `start` starts another one in its place, or throws. */
export function keepRunning(database: Database, start: () => Promise<Database>): KeptDatabase {
  const { promise: lost, resolve: giveUp } = Promise.withResolvers<StartFailure>()
  const starts: number[] = []
  let current = database
  let starting: Promise<void> | undefined

  const startAgain = async () => {
    const now = performance.now()
    if (starts.filter((at) => now - at < withinMs).length >= most) return stopWatching()
    starts.push(now)
    const { pid } = current
    current = await start()
    console.error(`The database (process ${pid}) has ended. It was started again on its data.`)
  }
  let reason: unknown
  const watch = setInterval(() => {
    if (starting || current.isRunning()) return
    starting = startAgain()
      .catch(async (error) => {
        reason = error
        await pause(intervalMs)
      })
      .finally(() => {
        starting = undefined
      })
  }, intervalMs)
  const stopWatching = () => {
    clearInterval(watch)
    const why = reason instanceof Error ? reason.message : 'it ends again and again'
    giveUp(new StartFailure(`The database has ended and cannot be started again: ${why}`))
  }
  return {
    endpoint: database.endpoint,
    lost,
    stop: async () => {
      clearInterval(watch)
      await starting
      await current.stop()
    },
  }
}
