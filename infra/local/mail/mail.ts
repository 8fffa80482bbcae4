import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { comparable } from '../addresses.ts'
import type { Faults } from '../faults.ts'
import { readBody } from '../gateway/gateway.ts'
import { guard } from '../guard.ts'
import { type Journal, openJournal } from '../journal.ts'
import { close, listen, loopback } from '../ports.ts'
import { readSendEmail, type SesAnswer, sesError } from './ses-protocol.ts'

/** Required rather than imported: Node.js and the test runner disagree about its default export. */
const ses: typeof import('aws-ses-v2-local') = createRequire(import.meta.url)('aws-ses-v2-local')

/** An e-mail that was sent, one entry per recipient; `sentAt` in ISO 8601. */
export interface LocalEmail {
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string | null
  readonly html: string | null
  readonly sentAt: string
}

/** The local mail service. */
export interface LocalMail {
  /** The endpoint for the SDK's SES client. */
  readonly endpoint: string
  /** What was sent to an address, compared as Atrium does, or to anyone; newest first. */
  list(to?: string): LocalEmail[]
  stop(): Promise<void>
}

/** What the mail service depends on; a test passes its own. */
export interface MailOptions {
  readonly dataDir: string
  readonly faults: Pick<Faults, 'ses'>
}

/**
 * Starts the mail service: aws-ses-v2-local behind a front that stores each e-mail in DATA_DIR before it acknowledges it (a killed service
 * loses no e-mail), refuses when the fault is set, and immediately answers requests that aws-ses-v2-local would leave hanging.
 */
export async function startMail({ dataDir, faults }: MailOptions): Promise<LocalMail> {
  const journal = openJournal<LocalEmail>(join(dataDir, 'emails.jsonl'))
  const behind: Server = await ses.default({ host: loopback, port: 0 })
  const target = `http://${loopback}:${(behind.address() as AddressInfo).port}`
  const front = createServer(async (request, response) => {
    const answer = await serve(request, { faults, journal, target })
    if (!response.destroyed) response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.xml)
  })
  for (const server of [behind, front]) guard(server, 'programs')
  const endpoint = `http://${loopback}:${await listen(front)}`
  return {
    endpoint,
    list: (to) => journal.entries.filter((email) => to === undefined || comparable(email.to) === comparable(to)).toReversed(),
    stop: async () => {
      await Promise.all([close(front, 1_000), close(behind, 1_000)])
    },
  }
}

interface Front {
  readonly faults: Pick<Faults, 'ses'>
  readonly journal: Journal<LocalEmail>
  readonly target: string
}

async function serve(request: IncomingMessage, { faults, journal, target }: Front): Promise<SesAnswer> {
  const body = await readBody(request)
  if (typeof body === 'string') return sesError(413, 'RequestEntityTooLarge', 'The request is too large.')
  const form = new URLSearchParams(body.toString('utf8'))
  if (form.get('Action') !== 'SendEmail')
    return sesError(400, 'InvalidAction', `${form.get('Action')} is not there locally: only SendEmail is.`)
  if (faults.ses === 'refuse') return sesError(400, 'MessageRejected', 'Refused on request (PUT /local/faults).')
  const answer = await forward(target, request, body)
  if (answer.status === 200) for (const email of entriesOf(form)) journal.append(email)
  return answer
}

async function forward(target: string, { headers }: IncomingMessage, body: Buffer): Promise<SesAnswer> {
  try {
    const sent = { 'content-type': headers['content-type'] ?? '', authorization: headers.authorization ?? '' }
    const response = await fetch(target, { method: 'POST', headers: sent, body: new Uint8Array(body), signal: AbortSignal.timeout(5_000) })
    const text = await response.text()
    return response.ok ? { status: 200, xml: text } : sesError(400, 'InvalidParameterValue', text)
  } catch (error) {
    return sesError(503, 'ServiceUnavailable', String(error))
  }
}

function entriesOf(form: URLSearchParams): LocalEmail[] {
  const { recipients, ...email } = readSendEmail(form)
  const sentAt = new Date().toISOString()
  return recipients.map((address) => ({ to: bareAddress(address), ...email, sentAt }))
}

/** `Ann <ann@example.com>` becomes `ann@example.com`. */
const bareAddress = (address: string) => /<([^<>]*)>\s*$/.exec(address)?.[1] ?? address.trim()
