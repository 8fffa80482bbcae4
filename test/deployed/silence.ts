import { createServer } from 'node:https'
import { close, listen } from '#infra/local/ports.ts'
import type { Cloud, MadeCall } from './cloud.ts'
import { ExecutionEnvironment, type Told } from './execution-environment.ts'
import { accessKeyIdOf } from './functions.ts'
import type { Exchange } from './gate.ts'

/** Who is silent: everyone but the token issuer, or everyone but the table, which repeats its recorded answers. */
export type Silent = 'everybody' | 'all but the table'

const isTable = ({ request }: Exchange): boolean => request.host.startsWith('dynamodb.')

/** Whether a call made requests to anyone but the table and the issuer. */
export const asksOthers = ({ exchanges }: MadeCall): boolean =>
  exchanges.some(({ request }) => !/^(dynamodb|cognito-idp)\./.test(request.host))

/** Whether a call made requests to anyone but the issuer. */
export const asksSomebody = ({ exchanges }: MadeCall): boolean => exchanges.some(({ request }) => !request.host.startsWith('cognito-idp.'))

/** Repeats a call in a new process, in a world that accepts every request and never answers. */
export async function inSilence({ fn, event, now, exchanges }: MadeCall, silent: Silent, cloud: Cloud): Promise<Told> {
  const replies = silent === 'everybody' ? [] : exchanges.filter(isTable)
  /** The table's recorded answer to this request, or else to the next of its kind. */
  const replyTo = (target: unknown, body: string): Exchange | undefined => {
    const alike = replies.filter(({ request }) => request.headers['x-amz-target'] === target)
    const found = alike.find(({ request }) => request.body === body) ?? alike[0]
    return found && replies.splice(replies.indexOf(found), 1)[0]
  }
  const server = createServer(cloud.certificate, async (incoming, response) => {
    const body = Buffer.concat(await incoming.toArray()).toString()
    const host = incoming.headers.host ?? ''
    if (host.startsWith('cognito-idp.')) return response.end(cloud.keySet({ path: incoming.url ?? '' }).body)
    const reply = replyTo(incoming.headers['x-amz-target'], body)
    if (host.startsWith('dynamodb.') && reply) return response.writeHead(reply.status).end(reply.answer)
    return environment.letTimePass()
  })
  const accessKeyId = accessKeyIdOf(fn.name)
  const gatePort = await listen(server)
  const environment = new ExecutionEnvironment(fn, { gatePort, authorityFile: cloud.authorityFile, accessKeyId })
  try {
    return await environment.run(event, now)
  } finally {
    environment.end()
    server.closeAllConnections()
    await close(server, 0)
  }
}
