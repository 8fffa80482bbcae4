import { startService } from './service.ts'
import { StartFailure } from './start-failure.ts'

/**
 * `npm start`: starts the service, prints `ready http://127.0.0.1:PORT` when it can be used, and stops everything on SIGTERM, on Ctrl-C or
 * when its terminal closes (exit code 0). If it cannot start, it says why in one line (exit code 1).
 */
async function main(): Promise<void> {
  const end = askedToEnd()
  const service = await startService({ env: process.env }).catch(explain)
  if (!service) process.exit(1)
  if (end.code === undefined) console.log(`ready ${service.url}`)
  void service.lost.then(explain).then(() => end.ask(1))
  const code = await end.asked
  await service.stop()
  process.exit(code)
}

/** When the service is to stop, and with which exit code; `code` is undefined until then. */
function askedToEnd() {
  const { promise: asked, resolve } = Promise.withResolvers<number>()
  const ask = (code: number) => {
    end.code ??= code
    resolve(code)
  }
  const end: { readonly asked: Promise<number>; readonly ask: typeof ask; code: number | undefined } = { asked, ask, code: undefined }
  // A signal to the whole process group arrives twice, because npm forwards its own: ignore the second.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ask(0))
  process.on('uncaughtException', (error) => {
    console.error('The local service failed and ends:', error)
    ask(1)
  })
  return end
}

function explain(error: unknown): undefined {
  console.error(error instanceof StartFailure ? error.message : error)
}

// Whoever reads the output may stop reading (EPIPE); that is no reason to exit.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
await main()
