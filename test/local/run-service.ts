import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../infra/local/main.ts', import.meta.url))

/** A service in a process of its own, as `npm start` runs it. */
export interface RunningService {
  /** The address of the ready line; rejects with all output where the process ended before. */
  readonly ready: Promise<string>
  /** The exit code (null where it was killed) and all output, once it ended. */
  readonly ended: Promise<{ code: number | null; output: string }>
  send(signal: NodeJS.Signals): void
}

/** Starts the service with settings; what of it still runs when the test ends is asked to end, and waited for. */
export function runService(settings: Record<string, string>): RunningService {
  const { PATH, HOME, JAVA_HOME, TMPDIR } = process.env
  const child = spawn(process.execPath, [main], {
    env: { PATH, HOME, JAVA_HOME, TMPDIR, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>()
  ready.catch(() => {})
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data
      const url = /^ready (http:\/\/127\.0\.0\.1:\d+)$/m.exec(output)?.[1]
      if (url) resolve(url)
    })
  const ended = new Promise<{ code: number | null; output: string }>((done) => {
    child.once('close', (code) => {
      reject(new Error(`ended with ${code}: ${output}`))
      done({ code, output })
    })
  })
  const send = (signal: NodeJS.Signals) => void child.kill(signal)
  onTestFinished(async () => {
    send('SIGTERM')
    await ended
  })
  return { ready, ended, send }
}
