import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import type { AwsEndpoints } from '#infra/local/aws-environment.ts'

/** A server that takes every connection and never says a word; answers its port. */
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

/** Points the SDK of this test at places of its own; what is left out is nowhere. */
export function pointSdk(endpoints: Partial<Pick<AwsEndpoints, 'dynamodb' | 'sqs' | 'ses'>>): void {
  vi.stubEnv('AWS_REGION', 'eu-central-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  for (const [name, url] of Object.entries(endpoints)) vi.stubEnv(`AWS_ENDPOINT_URL_${name.toUpperCase()}`, url)
  onTestFinished(() => void vi.unstubAllEnvs())
}

/**
 * Lets time pass, as fast as it goes, until something has come to its end; answers after how many milliseconds of that time it had. The
 * machine's own time counts for nothing. Needs vitest's timers.
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
