import { createHash, randomBytes } from 'node:crypto'
import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { type Issuer, startIssuer } from '#infra/local/issuer/issuer.ts'
import { Browser } from './browser.ts'
import { temporaryDataDir } from './temp.ts'

const redirectUri = 'http://localhost:5173/any/path?of=mine'

async function issuerOn(dataDir: string): Promise<Issuer> {
  const issuer = await startIssuer(dataDir)
  onTestFinished(() => issuer.stop())
  return issuer
}

const someIssuer = async () => issuerOn(await temporaryDataDir())

const token = async ({ url }: Issuer, form: Record<string, string>) =>
  fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(form), headers: { origin: 'http://localhost:5173' } })

const password = (issuer: Issuer, form: Record<string, string>) =>
  token(issuer, { grant_type: 'password', client_id: issuer.clientId, password: 'anything', ...form })

async function accessToken(issuer: Issuer, form: Record<string, string>): Promise<string> {
  const response = await password(issuer, form)
  expect(response.status).toBe(200)
  return ((await response.json()) as { access_token: string }).access_token
}

const verifierOf = ({ url, audience }: Issuer) =>
  JwtVerifier.create(
    { issuer: url, audience, jwksUri: `${url}/jwks` },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: async (uri) => (await fetch(uri)).arrayBuffer() } }) },
  )

function authorization({ url, clientId }: Issuer, extra: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const parameters = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: 'as-it-was',
    ...extra,
  })
  return { verifier, url: `${url}/auth?${parameters}` }
}

/** Signs in through the page, where one is shown, and changes the code into tokens. */
async function signIn(issuer: Issuer, browser: Browser, email: string, extra: Record<string, string> = {}) {
  const { verifier, url } = authorization(issuer, extra)
  const page = await browser.follow(url, issuer.url)
  const sent = page.response && (await browser.open(page.url, { email, name: '' }))
  const next = sent ? new URL(sent.headers.get('location') ?? '', page.url).href : page.url
  const callback = new URL((await browser.follow(next, issuer.url)).url)
  const code = callback.searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id: issuer.clientId, code, redirect_uri: redirectUri, code_verifier: verifier }
  return {
    callback,
    askedOnPage: page.response !== undefined,
    tokens: (await (await token(issuer, form)).json()) as Record<string, string>,
  }
}

test('a client finds everything by discovery', async () => {
  const issuer = await someIssuer()

  const found = (await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()) as Record<string, unknown>
  const { keys } = (await (await fetch(String(found.jwks_uri))).json()) as { keys: Record<string, unknown>[] }

  expect(found).toMatchObject({ issuer: issuer.url, token_endpoint: `${issuer.url}/token`, code_challenge_methods_supported: ['S256'] })
  expect(found.grant_types_supported).toEqual(expect.arrayContaining(['authorization_code', 'password']))
  expect(keys).toMatchObject([{ kty: 'RSA', alg: 'RS256', use: 'sig' }])
  expect(keys[0]).not.toHaveProperty('d')
})

test('the password grant gives a token with the claims of a person', async () => {
  const issuer = await someIssuer()

  const jwt = await accessToken(issuer, { username: 'Ann@Example.com', name: 'Ann B.' })

  expect(decodeProtectedHeader(jwt)).toMatchObject({ typ: 'at+jwt', alg: 'RS256' })
  const claims = { email: 'Ann@Example.com', email_verified: true, name: 'Ann B.', client_id: issuer.clientId, aud: issuer.audience }
  expect(decodeJwt(jwt)).toMatchObject({ ...claims, iss: issuer.url, token_use: 'access' })
  const { exp = 0, iat = 0 } = decodeJwt(jwt)
  expect(exp - iat).toBe(3_600)
  expect((await verifierOf(issuer).verify(jwt)).sub).toMatch(/^[\w-]{22}$/)
})

test('email_verified=false applies to one token only, while a name is remembered', async () => {
  const issuer = await someIssuer()

  const first = decodeJwt(await accessToken(issuer, { username: 'ann@example.com', email_verified: 'false', name: 'Ann' }))
  const second = decodeJwt(await accessToken(issuer, { username: 'ANN@example.com' }))

  expect(first).toMatchObject({ email_verified: false, name: 'Ann' })
  expect(second).toMatchObject({ email_verified: true, name: 'Ann', sub: first.sub, email: 'ann@example.com' })
})

test.for([
  [{ username: '' }, 'username is missing'],
  [{ username: 'not an address' }, 'must be an e-mail address'],
  [{ username: 'ann@example.com', email_verified: 'maybe' }, 'email_verified must be true or false'],
  [{ username: 'ann@example.com', client_id: 'another' }, ''],
  [{ username: 'ann@example.com', grant_type: 'magic' }, 'unsupported grant_type'],
] as const)('the token endpoint refuses %o', async ([form, reason]) => {
  const issuer = await someIssuer()

  const response = await password(issuer, form)

  expect([400, 401]).toContain(response.status)
  const { error, error_description } = (await response.json()) as Record<string, string>
  expect(error).toMatch(/^(invalid_request|invalid_client|unsupported_grant_type)$/)
  expect(error_description).toContain(reason)
})

test('a browser signs in through the page with PKCE, and its page may read the tokens', async () => {
  const issuer = await someIssuer()

  const { callback, tokens } = await signIn(issuer, new Browser(), 'ann@example.com')

  expect(callback.href).toContain('http://localhost:5173/any/path?of=mine&code=')
  expect(callback.searchParams.get('state')).toBe('as-it-was')
  expect(await verifierOf(issuer).verify(tokens.access_token ?? '')).toMatchObject({ email: 'ann@example.com', email_verified: true })
  expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ email: 'ann@example.com', aud: issuer.clientId })
  const preflight = await password(issuer, { username: 'ann@example.com' })
  expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
})

test('a signed-in person is not asked again, and prompt=login lets another person sign in', async () => {
  const [issuer, browser] = [await someIssuer(), new Browser()]
  await signIn(issuer, browser, 'ann@example.com')

  const again = await signIn(issuer, browser, 'nobody@example.com')
  const other = await signIn(issuer, browser, 'bob@example.com', { prompt: 'login' })
  const after = await signIn(issuer, browser, 'nobody@example.com')

  expect([again.askedOnPage, decodeJwt(again.tokens.access_token ?? '').email]).toEqual([false, 'ann@example.com'])
  expect([other.askedOnPage, decodeJwt(other.tokens.access_token ?? '').email]).toEqual([true, 'bob@example.com'])
  expect([after.askedOnPage, decodeJwt(after.tokens.access_token ?? '').email]).toEqual([false, 'bob@example.com'])
})

test('the page says what is wrong with an address and shows nothing of it as markup', async () => {
  const [issuer, browser] = [await someIssuer(), new Browser()]
  const page = await browser.follow(authorization(issuer, { login_hint: '"><script>' }).url, issuer.url)

  const first = (await page.response?.text()) ?? ''
  const second = await browser.open(page.url, { email: '<script>alert(1)</script>', name: '' })

  expect(first).toContain('value="&quot;&gt;&lt;script&gt;"')
  expect(second.status).toBe(400)
  const html = await second.text()
  expect(html).toContain('role="alert"')
  expect(html).not.toContain('<script')
})

test('no code is issued without PKCE, or to a redirect address on another machine', async () => {
  const [issuer, browser] = [await someIssuer(), new Browser()]

  const withoutPkce = await browser.follow(authorization(issuer, { code_challenge: '', code_challenge_method: '' }).url, issuer.url)
  const elsewhere = await browser.follow(authorization(issuer, { redirect_uri: 'http://localhost.example.com/' }).url, issuer.url)

  expect(new URL(withoutPkce.url).searchParams.get('error')).toBe('invalid_request')
  expect(elsewhere.response?.status).toBe(400)
})

test('tokens stay valid after a restart, and an e-mail address is the same person on every DATA_DIR', async () => {
  const dataDir = await temporaryDataDir()
  const before = await startIssuer(dataDir)
  const jwt = await accessToken(before, { username: 'ann@example.com', name: 'Ann' })
  await before.stop()

  const after = await issuerOn(dataDir)
  const another = await someIssuer()

  expect(after.url).toBe(before.url)
  const { sub } = await verifierOf(after).verify(jwt)
  expect(decodeJwt(await accessToken(after, { username: 'ann@example.com' }))).toMatchObject({ sub, name: 'Ann' })
  expect(decodeJwt(await accessToken(another, { username: 'Ann@example.com' })).sub).toBe(sub)
})

test('addresses belong to one person or two exactly as Atrium compares them', async () => {
  const issuer = await someIssuer()
  const subjectOf = async (username: string) => decodeJwt(await accessToken(issuer, { username })).sub

  expect(await subjectOf('KIM@Bücher.Example')).toBe(await subjectOf('kim@xn--bcher-kva.example'))
  expect(await subjectOf('\u212aim@example.com')).not.toBe(await subjectOf('kim@example.com'))
})

test('a forged or an expired token is refused', async () => {
  const issuer = await someIssuer()
  const jwt = await accessToken(issuer, { username: 'ann@example.com' })
  const [header, , signature] = jwt.split('.')
  const { privateKey } = await generateKeyPair('RS256')
  const { kid = '' } = decodeProtectedHeader(jwt)

  const changed = [
    header,
    Buffer.from(JSON.stringify({ ...decodeJwt(jwt), email: 'eve@example.com' })).toString('base64url'),
    signature,
  ].join('.')
  const otherKey = await new SignJWT(decodeJwt(jwt)).setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt' }).sign(privateKey)
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${jwt.split('.')[1]}.`

  for (const forged of [changed, otherKey, unsigned]) await expect(verifierOf(issuer).verify(forged)).rejects.toThrow()
  await expect(verifierOf(issuer).verify(jwt, { graceSeconds: -3_601 })).rejects.toThrow(/expired/)
  await expect(verifierOf(issuer).verify(jwt)).resolves.toMatchObject({ email: 'ann@example.com' })
})
