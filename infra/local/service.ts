import { openDataDir } from './data-dir.ts'
import { openDatabase } from './dynamodb/database.ts'
import { type Handle, startHttpServer } from './gateway/http-server.ts'
import { checkLimits, type Environment, type LocalSettings, readLocalSettings } from './local-settings.ts'
import { lockDataDir } from './lock.ts'
import type { StartFailure } from './start-failure.ts'
import { type Teardown, teardown } from './teardown.ts'

/** How to start the service. `env` holds the settings that the README lists; `dataDir` and `port` override DATA_DIR and PORT. */
export interface ServiceOptions {
  readonly dataDir?: string
  readonly port?: number
  readonly env?: Environment
}

/** The running service. `stop` stops everything, the database included. */
export interface Service {
  /** `http://127.0.0.1:3000` */
  readonly url: string
  /** Resolves when the service cannot go on, because its database has ended and cannot be started again. */
  readonly lost: Promise<StartFailure>
  stop(): Promise<void>
}

/**
 * Starts the whole service in this process, with its database as a child process. Throws a `StartFailure`, one line to act upon, if a
 * setting is malformed, DATA_DIR is in use, the port is taken or Java is missing; it first stops whatever had already started.
 *
 * The AWS SDK's variables belong to the process: to run several services in one process, start the next one only after the first has been
 * used.
 */
export async function startService({ dataDir, port, env = {} }: ServiceOptions): Promise<Service> {
  const settings = readLocalSettings({ ...env, DATA_DIR: dataDir ?? env.DATA_DIR, PORT: port?.toString() ?? env.PORT })
  checkLimits(env)
  const started = teardown()
  try {
    return { ...(await start(settings, env, started)), stop: () => started.run() }
  } catch (error) {
    await started.run()
    throw error
  }
}

/**
 * Takes the folder and the port, starts the database, and loads and starts everything else while that comes up. Returns the service's
 * address.
 */
async function start(settings: LocalSettings, env: Environment, started: Teardown): Promise<Omit<Service, 'stop'>> {
  const dataDir = openDataDir(settings.DATA_DIR)
  started.add(lockDataDir(dataDir))
  const { promise: ready, resolve: serve } = Promise.withResolvers<Handle>()
  const server = started.add(await startHttpServer(settings.PORT, ready))
  const database = openDatabase(settings, dataDir).then(started.add)
  database.catch(() => {}) // `compose` throws it
  const { compose } = await import('./composition.ts')
  serve(await compose({ settings, env, url: server.url, dataDir, database }, started))
  started.add(server) // added again, so that it stops first and requests in flight still find everything
  return { url: server.url, lost: (await database).lost }
}
