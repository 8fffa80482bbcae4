import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { close, listen } from '#infra/local/ports.ts'

/**
 * A server in front of another one that serves one request at a time, each for this many milliseconds; returns its address, and for how
 * long it has served.
 */
export async function slowLine(target: string, milliseconds: number): Promise<{ url: string; servedFor: () => number }> {
  let served = 0
  let line = Promise.resolve()
  const server = createServer((incoming, response) => {
    line = line.then(async () => {
      await pause(milliseconds)
      served += milliseconds
      await forward(target, incoming, response)
    })
  })
  onTestFinished(() => close(server, 0))
  return { url: `http://127.0.0.1:${await listen(server)}`, servedFor: () => served }
}

/** Forwards a request and returns its answer. Does not wait for a client that has disconnected. */
const forward = (target: string, incoming: IncomingMessage, response: ServerResponse) =>
  new Promise<void>((resolve) => {
    const { method, headers, url } = incoming
    const there = new URL(url ?? '/', target)
    const onward = request(there, { method, headers: { ...headers, host: there.host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    response.on('close', resolve)
    incoming.on('close', () => incoming.complete || onward.destroy())
    onward.on('error', () => response.destroy())
    incoming.pipe(onward)
  })
