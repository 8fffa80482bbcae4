import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { readJson, readOrCreate, writeJson } from '../data-dir.ts'
import { guard } from '../guard.ts'
import { close, isPortTaken, listen, loopback } from '../ports.ts'
import { openPeople } from './accounts.ts'
import { claimsOf, clientId, configuration, isLoopbackUrl, type PersonClaims } from './config.ts'
import { addPasswordGrant } from './password.ts'
import { isSignIn, signIn } from './sign-in.ts'

/** The local identity provider. */
export interface Issuer {
  /** As it appears in the tokens' `iss`. */
  readonly url: string
  readonly clientId: string
  /** The access tokens' `aud`. */
  readonly audience: string
  stop(): Promise<void>
}

async function signingKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' }
}

/** Listens on the port of the previous start if it is free. The port is part of the issuer URL in the tokens, so they stay valid. */
async function listenAsBefore(server: Server, path: string): Promise<number> {
  const before = readJson<number>(path) ?? 0
  const port = await listen(server, before).catch((error) => {
    if (before === 0 || !isPortTaken(error)) throw error
    return listen(server)
  })
  if (port !== before) writeJson(path, port)
  return port
}

/** By default the provider lets pages of every site read its discovery document and keys. */
async function answerPagesHereAlone(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next()
  if (!isLoopbackUrl(ctx.get('origin'))) ctx.remove('access-control-allow-origin')
}

/**
 * Starts the identity provider: OpenID Connect with discovery, authorization code with PKCE through a page that asks for an e-mail address,
 * and the password grant. Its key, people and port are kept in DATA_DIR.
 */
export async function startIssuer(dataDir: string): Promise<Issuer> {
  const key = await readOrCreate(join(dataDir, 'issuer-key.json'), signingKey)
  const people = openPeople(join(dataDir, 'issuer-people.jsonl'))
  const server = createServer()
  const port = await listenAsBefore(server, join(dataDir, 'issuer-port.json'))
  const url = `http://${loopback}:${port}`
  const claims = new WeakMap<object, PersonClaims>()
  const provider = new Provider(
    url,
    configuration(people, key, (token) => claims.get(token) ?? personOf(token)),
  )
  const personOf = (token: object) => {
    const person = 'accountId' in token ? people.find(String(token.accountId)) : undefined
    return person && claimsOf(person)
  }
  provider.Client.prototype.redirectUriAllowed = isLoopbackUrl
  provider.on('server_error', (_, error) => console.error('The local issuer failed:', error))
  provider.use(answerPagesHereAlone)
  addPasswordGrant(provider, people, claims)
  const page = signIn(provider, people)
  const handle = provider.callback()
  server.on('request', (request, response) => {
    void (isSignIn(request) ? page(request, response) : handle(request, response)).catch(() => response.destroy())
  })
  guard(server, 'pages')
  return { url, clientId, audience: clientId, stop: () => close(server, 1_000) }
}
