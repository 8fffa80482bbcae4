import { Agent, request as forwardedRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { close, listen } from '#infra/local/ports.ts'
import { type AwsRequest, actionsOf, signerOf } from './aws-requests.ts'
import type { Deployment } from './deployment.ts'
import { type AwsAction, allows } from './iam.ts'
import { region } from './stand-in-values.ts'

/** An answer that the gate gives itself. */
export interface Answer {
  readonly status: number
  readonly headers?: IncomingMessage['headers']
  readonly body: string | Buffer
}

/** What is behind the gate, by host name: another server's address, or a function that answers. */
export type Host = string | ((request: AwsRequest & { readonly path: string }) => Answer | Promise<Answer>)

/** One call that a function made to AWS. */
export interface AwsCall extends AwsAction {
  readonly function: string
}

/** A request that was let through, with its answer. */
export interface Exchange {
  readonly request: AwsRequest
  readonly status: number
  readonly answer: Buffer
}

export interface GateOptions {
  readonly certificate: { readonly key: string; readonly cert: string }
  readonly hosts: Readonly<Record<string, Host>>
  readonly deployment: Pick<Deployment, 'functions' | 'mail'>
  /** The function whose role has an access key. */
  readonly functionOf: (accessKeyId: string) => string | undefined
}

const isAws = (host: string): boolean => host.endsWith(`.${region}.amazonaws.com`) && !host.startsWith('cognito-idp.')

/** AWS's refusal of what a role does not allow; the SDK throws an error with that name. */
function denied({ host }: AwsRequest, about: string): Answer {
  const message = `User is not authorized to perform: ${about}`
  if (host.startsWith('email.'))
    return {
      status: 403,
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
    }
  const type = host.startsWith('sqs.')
    ? 'com.amazon.coral.service#AccessDeniedException'
    : 'com.amazonaws.dynamodb.v20120810#AccessDeniedException'
  return { status: 400, body: JSON.stringify({ __type: type, message }) }
}

/**
 * The only way out for every function: a server that presents a certificate for whichever host is called and forwards to the stand-in for
 * that host. Before that it checks each AWS call against the role of the function that signed it, as IAM does.
 */
export async function openGate({ certificate, hosts, deployment, functionOf }: GateOptions) {
  const calls: AwsCall[] = []
  const refusals: string[] = []
  const exchanges: Exchange[] = []
  const agent = new Agent({ keepAlive: true })

  const refuse = (text: string, answer: Answer): Answer => {
    refusals.push(text)
    return answer
  }

  /** Why a call to AWS is refused; undefined if its signer's role allows it. */
  function checked(request: AwsRequest): Answer | undefined {
    const name = functionOf(signerOf(request) ?? '')
    const statements = deployment.functions.find((each) => each.name === name)?.statements
    const actions = actionsOf(request, (domain) => deployment.mail.configurationSets[domain])
    if (!name || !statements || !actions)
      return refuse(`${name ?? 'nobody'} asked ${request.host} for something unknown: ${request.body}`, { status: 400, body: '{}' })
    calls.push(...actions.map((each) => ({ function: name, ...each })))
    const bad = actions.find((each) => !allows(statements, each))
    if (!bad) return undefined
    const about = `${bad.action} on ${bad.resource}`
    return refuse(`the role of ${name} does not allow ${about}`, denied(request, about))
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray())
    const [name = ''] = (incoming.headers.host ?? '').split(':')
    const request = { host: name, headers: incoming.headers, body: body.toString('utf8'), path: incoming.url ?? '' }
    const host = hosts[name]
    const answer =
      (isAws(name) && checked(request)) || (host ? undefined : refuse(`${name} was asked, and nothing plays it`, { status: 502, body: '' }))
    if (answer) response.writeHead(answer.status).end(answer.body)
    else if (host) {
      const {
        status,
        headers = {},
        body: given,
      } = await (typeof host === 'string' ? forward(new URL(host), incoming, body) : host(request))
      exchanges.push({ request, status, answer: Buffer.from(given) })
      response.writeHead(status, headers).end(given)
    }
  }

  function forward({ hostname, port, host }: URL, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const options = { hostname, port, method, path: url, headers: { ...headers, host, 'content-length': body.length }, agent }
    return new Promise((resolve, reject) => {
      const passed = forwardedRequest(options, async (answer) => {
        const { 'transfer-encoding': _, ...given } = answer.headers
        resolve({ status: answer.statusCode ?? 502, headers: given, body: Buffer.concat(await answer.toArray()) })
      })
      passed.on('error', reject).end(body)
    })
  }

  const server = createServer({ ...certificate, keepAliveTimeout: 60_000 }, (request, response) => {
    serve(request, response).catch((error) => {
      refusals.push(`the gate failed: ${error}`)
      response.destroy()
    })
  })
  const port = await listen(server)
  return {
    port,
    /** Every call to AWS so far. */
    calls,
    /** Everything that was refused, in words: a missing grant, an unknown host. */
    refusals,
    /** Every request that was let through so far, in the order of the answers. */
    exchanges,
    stop: async () => {
      server.closeAllConnections()
      agent.destroy()
      await close(server, 0)
    },
  }
}
