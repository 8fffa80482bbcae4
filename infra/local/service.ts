import { openDataDir } from './data-dir.ts'
import { openDatabase } from './dynamodb/database.ts'
import { type Handle, startHttpServer } from './gateway/http-server.ts'
import { checkLimits, type Environment, type LocalSettings, readLocalSettings } from './local-settings.ts'
import { lockDataDir } from './lock.ts'
import { type Teardown, teardown } from './teardown.ts'

/** How to start the service. `env` are the settings, as in the README; `dataDir` and `port` win over DATA_DIR and PORT. */
export interface ServiceOptions {
  readonly dataDir?: string
  readonly port?: number
  readonly env?: Environment
}

/** The service, ready to be used. `stop` ends all of it, the database included. */
export interface Service {
  /** `http://127.0.0.1:3000` */
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts the whole service in this process, and its database beside it. Throws a `StartFailure`, one line to act upon, where a setting
 * is malformed, DATA_DIR is in use, the port is taken or Java is missing; whatever had been started is then ended again.
 *
 * The AWS SDK's variables are those of the process: of several services in one process, start the next when the first has been used.
 */
export async function startService({ dataDir, port, env = {} }: ServiceOptions): Promise<Service> {
  const settings = readLocalSettings({ ...env, DATA_DIR: dataDir ?? env.DATA_DIR, PORT: port?.toString() ?? env.PORT })
  checkLimits(env)
  const started = teardown()
  try {
    return { url: await start(settings, env, started), stop: () => started.run() }
  } catch (error) {
    await started.run()
    throw error
  }
}

/** Takes folder and port, then starts the database, and while that comes up loads and starts all else. Returns the service's address. */
async function start(settings: LocalSettings, env: Environment, started: Teardown): Promise<string> {
  const dataDir = openDataDir(settings.DATA_DIR)
  started.add(lockDataDir(dataDir))
  const { promise: ready, resolve: serve } = Promise.withResolvers<Handle>()
  const server = started.add(await startHttpServer(settings.PORT, ready))
  const database = openDatabase(settings, dataDir).then(started.add)
  database.catch(() => {}) // `compose` throws it
  const { compose } = await import('./composition.ts')
  serve(await compose({ settings, env, url: server.url, dataDir, database }, started))
  started.add(server) // once more: it is now ended first, so that requests in flight still find everything
  return server.url
}
