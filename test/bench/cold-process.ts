import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { queueUrls } from '#test/support/queue-urls.ts'

/** What a fresh process took, in milliseconds. */
export interface Cold {
  /** CPU to import the bundle. */
  readonly imported: number
  /** CPU to import it and to answer the first call. */
  readonly called: number
  /** The same two by the clock. */
  readonly importedAt: number
  readonly calledAt: number
  /** CPU of one of the later calls. */
  readonly warm: number
  /** The HTTP status of the first answer, where there is one. */
  readonly status?: number
}

/** The environment of a function that reaches its table at an endpoint; AWS's part of it and Atrium's settings. */
export const functionEnvironment = (endpoint: string, table: string): Record<string, string> => ({
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_SESSION_TOKEN: 'bench',
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  TABLE_NAME: table,
  ISSUER: 'https://issuer.example',
  CLIENT_ID: 'bench',
  APP_URL: 'https://app.example',
  MAIL_FROM: 'no-reply@app.example',
  ...queueUrls(),
  STRIPE_API_KEY: 'sk_test',
})

/** Starts a bundle in a process of its own and calls it: once, and then as often as `later` says. */
export async function startCold(file: string, event: object, env: Record<string, string>, later = 0): Promise<Cold> {
  const probe = join(import.meta.dirname, 'cold-probe.mjs')
  const probing = [probe, file, JSON.stringify(event), String(later)]
  const { stdout } = await promisify(execFile)(process.execPath, probing, { env, maxBuffer: 2 ** 26 })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}
