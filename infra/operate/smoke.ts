import { randomBytes } from 'node:crypto'
import { askAt } from './api-client.ts'
import { command, onlyWord, Trouble } from './command.ts'
import { walkStory } from './story.ts'
import { localServices } from './target.ts'

const help = `
npm run smoke -- API_URL [--token TOKEN] [--second-token TOKEN] [--timeout SECONDS]

Walks through the whole story against a running API, one line per step: account, workspace, invitation, API key, usage, deletion,
invoice. It deletes the workspace that it created. It stops with exit code 1 at the first wrong answer, and says what it expected.

  --token TOKEN         a person's access token, with a verified e-mail address (or ATRIUM_TOKEN)
  --second-token TOKEN  another person's, who then joins and leaves (or ATRIUM_SECOND_TOKEN); without one the invitation goes to
                        the mailbox simulator of SES
  --timeout SECONDS     how long an e-mail and a deletion may take (default: 120)

A local service (http://127.0.0.1:3000/v1) needs no tokens: the command gets them there.
`

const options = { token: { type: 'string' }, 'second-token': { type: 'string' }, timeout: { type: 'string' } } as const

/** `https://host` and `https://host/v1/` → `https://host/v1` */
function apiUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url?.protocol.startsWith('http')) throw new Trouble(`"${text}" is not a URL: give one such as https://api.example.com/v1`)
  url.pathname = url.pathname.replace(/\/*$/, '') || '/v1'
  return url
}

interface Issuer {
  readonly issuer: string
  readonly clientId: string
}

/** An access token of the local issuer, for any address. */
async function localToken({ issuer, clientId }: Issuer, username: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'password', client_id: clientId, username, password: 'any' })
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body })
  return ((await answer.json()) as { access_token: string }).access_token
}

async function localTokens(url: string, run: string) {
  const issuer = await localServices<Issuer>(url)
  return { token: await localToken(issuer, `smoke-${run}@example.com`), second: await localToken(issuer, `second-${run}@example.com`) }
}

await command(help, options, async ({ options: given, words }) => {
  const { ATRIUM_TOKEN, ATRIUM_SECOND_TOKEN } = process.env
  const url = apiUrl(onlyWord(words, 'API, by its URL'))
  const run = randomBytes(4).toString('hex')
  const isLocal = ['127.0.0.1', 'localhost'].includes(url.hostname)
  const own = { token: given.token ?? ATRIUM_TOKEN, second: given['second-token'] ?? ATRIUM_SECOND_TOKEN }
  const { token, second } = isLocal && !own.token ? await localTokens(url.origin, run) : own
  if (!token) throw new Trouble("Give a person's access token with --token or ATRIUM_TOKEN")
  const timeoutSeconds = Number(given.timeout ?? 120)
  if (!(timeoutSeconds > 0)) throw new Trouble(`--timeout takes a number of seconds, not "${given.timeout}"`)
  const ask = askAt(url.href)
  const mailbox = `success+smoke-${run}@simulator.amazonses.com`
  await walkStory({ ask, token, second, mailbox, timeoutSeconds, said: (step) => console.log(`ok  ${step}`) })
})
