import { Trouble } from './command.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Body = any

/** What is requested, and the status that is expected. */
export interface Question {
  readonly as?: string | undefined
  readonly body?: object
  readonly expect: number | readonly number[]
}

/** Calls an API and returns the body. Throws a `Trouble` that says what was expected if the answer differs. */
export type Ask = (method: string, path: string, question: Question) => Promise<Body>

/** Calls the API at a base URL, which ends in `/v1`. */
export const askAt =
  (api: string): Ask =>
  async (method, path, { as, body, expect }) => {
    const headers = { ...(body && { 'content-type': 'application/json' }), ...(as && { authorization: `Bearer ${as}` }) }
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(35_000) }
    const response = await fetch(`${api}${path}`, request).catch((error) => {
      throw new Trouble(`${method} ${path}: expected ${expect}, but ${api} does not answer: ${error.cause?.message ?? error.message}`)
    })
    const text = await response.text()
    const isExpected = [expect].flat().includes(response.status)
    if (!isExpected)
      throw new Trouble(`${method} ${path}: expected ${[expect].flat().join(' or ')}, got ${response.status} ${problemIn(text)}`)
    return text ? parsed(text) : undefined
  }

const parsed = (text: string): Body => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The problem in an answer as one line, with the request id by which to find its log. */
function problemIn(text: string): string {
  const { code, detail, requestId } = parsed(text) ?? {}
  return code ? `${code}: ${detail} (request ${requestId})` : text.slice(0, 200).replaceAll(/\s+/g, ' ')
}
