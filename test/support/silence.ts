import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import type { AwsEndpoints } from '#infra/local/aws-environment.ts'

/** A server that accepts every connection and never answers; returns its port. */
export async function silentServer(): Promise<number> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).resume()
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** Points this test's SDK at the given endpoints; all others are unreachable. */
export function pointSdk(endpoints: Partial<Pick<AwsEndpoints, 'dynamodb' | 'sqs' | 'ses'>>): void {
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  for (const [name, url] of Object.entries(endpoints)) vi.stubEnv(`AWS_ENDPOINT_URL_${name.toUpperCase()}`, url)
  onTestFinished(() => void vi.unstubAllEnvs())
}

/**
 * Advances the fake clock as fast as possible until something has ended; returns how many milliseconds of that clock it took. The machine's
 * own time does not matter. Needs vitest's timers.
 */
export async function passTimeUntil<T>(work: Promise<T>, most: number): Promise<{ answer: T; milliseconds: number }> {
  const began = Date.now()
  let ended: { answer: T; milliseconds: number } | undefined
  let failed: unknown
  work.then(
    (answer) => {
      ended = { answer, milliseconds: Date.now() - began }
    },
    (error) => {
      failed = error
    },
  )
  while (!ended && failed === undefined && Date.now() - began <= most) {
    await vi.advanceTimersByTimeAsync(50)
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (failed !== undefined) throw failed
  if (!ended) throw new Error(`Not done after ${most} ms`)
  return ended
}
