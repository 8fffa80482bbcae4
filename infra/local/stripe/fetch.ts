import type { StripeHandle } from './http.ts'

/**
 * A `fetch` that calls the stand-in in this process, for the SDK's `httpClient: Stripe.createFetchHttpClient(stripeFetch(handle))`. A
 * dropped connection fails as with the real `fetch`; the SDK retries it only as often as `maxNetworkRetries` says.
 */
export const stripeFetch =
  (handle: StripeHandle): typeof fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    const { pathname, search } = new URL(request.url)
    const headers = Object.fromEntries(request.headers)
    const answer = await handle({ method: request.method, path: pathname + search, headers, body: await request.text() })
    if (answer === 'drop')
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) })
    return new Response(answer.body, { status: answer.status, headers: answer.headers })
  }
