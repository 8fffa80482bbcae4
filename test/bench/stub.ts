import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import type { ClientOf } from './database.ts'

type Handler = DynamoDBClient['config']['requestHandler']
type Request = Parameters<Handler['handle']>[0]

interface Kept {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/** What an answer is remembered by: the call, and of a read what it asks for (writes carry new ids each time). */
function nameOf({ headers, body }: Request): string {
  const target = headers['x-amz-target'] ?? ''
  return /Get|Query/.test(target) ? `${target} ${new TextDecoder().decode(body)}` : target
}

/** Two clients: one that remembers what DynamoDB answers, and one that answers the same without asking it. */
export function stubbed(clientOf: ClientOf): { readonly real: DynamoDBClient; readonly stub: DynamoDBClient } {
  const answers = new Map<string, Kept>()
  const { requestHandler } = clientOf().config
  const respond = ({ body, ...kept }: Kept) =>
    ({ response: { ...kept, body: new Uint8Array(body) } }) as Awaited<ReturnType<Handler['handle']>>

  const remembering: Pick<Handler, 'handle'> = {
    handle: async (request, options) => {
      const { response } = await requestHandler.handle(request, options)
      const chunks: Buffer[] = []
      for await (const chunk of response.body) chunks.push(chunk)
      const kept = { statusCode: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }
      answers.set(nameOf(request), kept)
      return respond(kept)
    },
  }
  const answering: Pick<Handler, 'handle'> = {
    handle: async (request) => {
      const kept = answers.get(nameOf(request))
      if (!kept) throw new Error(`Nothing is remembered of ${nameOf(request)}`)
      return respond(kept)
    },
  }
  const clientThrough = (handler: Pick<Handler, 'handle'>) =>
    clientOf({ requestHandler: handler as NonNullable<DynamoDBClientConfig['requestHandler']> })
  return { real: clientThrough(remembering), stub: clientThrough(answering) }
}
