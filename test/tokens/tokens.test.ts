import { FetchError } from 'aws-jwt-verify/error'
import { exportJWK, exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { derivedId } from '#shared/domain/ids.ts'
import { identify } from '#shared/http/identity.ts'
import type { Tokens } from '#shared/tokens/tokens.ts'
import { type Forgery, openIssuer } from '../support/issuer.ts'

type Issuer = Awaited<ReturnType<typeof openIssuer>>

const unauthenticated = expect.objectContaining({ name: 'Refusal', code: 'unauthenticated' })

/** What comes of a token: the person, or the refusal. */
const outcomeOf = (tokens: Tokens, token: string): Promise<unknown> => tokens.verify(token).catch((error: unknown) => error)

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const parts = async (issuer: Issuer): Promise<[string, string, string]> => (await issuer.token()).split('.') as [string, string, string]

const now = () => Math.floor(Date.now() / 1000)

describe('a good access token', () => {
  test('identifies the person in its claims, whose account id follows from issuer and sub', async () => {
    const issuer = await openIssuer()

    expect(await issuer.tokens.verify(await issuer.token())).toEqual({
      accountId: derivedId('acc', 'https://issuer.example', 'ann'),
      email: 'ann@example.com',
      emailVerified: true,
      issuedAt: expect.any(Number),
      name: 'Ann',
    })
  })

  test('with the same sub is the same account, whatever address the issuer is reached at', async () => {
    const named = await openIssuer({ AUDIENCE: 'https://api.example', ISSUER_NAME: 'local' })

    expect((await named.tokens.verify(await named.token())).accountId).toBe(derivedId('acc', 'local', 'ann'))
  })

  test.each<[string, Forgery]>([
    ['of type at+jwt', {}],
    ['of type application/at+jwt', { header: { typ: 'application/at+jwt' } }],
    ['of Cognito, which says token_use', { header: { typ: 'JWT' }, claims: { token_use: 'access' } }],
    ['of Cognito, which gives no type', { header: { typ: undefined as unknown as string }, claims: { token_use: 'access' } }],
    ['for several audiences, ours among them', { claims: { aud: ['https://other.example', 'https://api.example'] } }],
  ])('is one %s', async (_, forgery) => {
    const issuer = await openIssuer()

    expect(await outcomeOf(issuer.tokens, await issuer.token(forgery))).toMatchObject({ email: 'ann@example.com' })
  })

  test('needs no audience if none is configured (Cognito): the client id identifies its application', async () => {
    const issuer = await openIssuer({})
    const cognito = { token_use: 'access', aud: undefined as unknown as string }

    expect(await outcomeOf(issuer.tokens, await issuer.token({ claims: cognito }))).toMatchObject({ email: 'ann@example.com' })
    expect(await outcomeOf(issuer.tokens, await issuer.token({ claims: { ...cognito, client_id: 'another' } }))).toEqual(unauthenticated)
  })

  test.each([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [undefined, false],
  ])('with email_verified %j says so: %j', async (claim, emailVerified) => {
    const issuer = await openIssuer()

    expect(await outcomeOf(issuer.tokens, await issuer.token({ claims: { email_verified: claim } }))).toMatchObject({ emailVerified })
  })

  test.each([
    [1_764_000_000, 1_764_000_000],
    [1_764_000_000.9, 1_764_000_000],
    [undefined as unknown as number, 0],
  ])('issued at %j counts as of second %i', async (iat, issuedAt) => {
    const issuer = await openIssuer()

    expect(await outcomeOf(issuer.tokens, await issuer.token({ claims: { iat } }))).toMatchObject({ issuedAt })
  })

  test.each([['yesterday' as unknown as number], [-1], [1e300]])('that was issued at %j is none', async (iat) => {
    const issuer = await openIssuer()

    expect(await outcomeOf(issuer.tokens, await issuer.token({ claims: { iat } }))).toEqual(unauthenticated)
  })

  test.each([[undefined], [7], [null], [['Ann']]])('may have no name that is a text (%j)', async (name) => {
    const issuer = await openIssuer()

    expect(await issuer.tokens.verify(await issuer.token({ claims: { name } }))).toHaveProperty('name', undefined)
  })
})

describe('a token is refused', () => {
  test.each<[string, Forgery]>([
    ['that has expired', { expiresIn: -1 }],
    ['that never expires', { claims: { exp: undefined as unknown as number } }],
    ['that is not good yet', { claims: { nbf: now() + 300 } }],
    ['of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['of an issuer whose name begins as ours', { claims: { iss: 'https://issuer.example.evil.example' } }],
    ['for another audience', { claims: { aud: 'https://other.example' } }],
    ['for no audience', { claims: { aud: undefined as unknown as string } }],
    ['of another client', { claims: { client_id: 'another' } }],
    ['of no client', { claims: { client_id: undefined } }],
    ['that is an ID token, by its type', { header: { typ: 'JWT' } }],
    ['that is an ID token, by token_use', { claims: { token_use: 'id' } }],
    ['that says what it is for in no way', { header: { typ: undefined as unknown as string } }],
    ['that is a refresh token', { claims: { token_use: 'refresh' } }],
    ['without an e-mail', { claims: { email: undefined } }],
    ['with an e-mail that is none', { claims: { email: 'ann' } }],
    ['with an e-mail that is no text', { claims: { email: ['ann@example.com'] } }],
    ['with email_verified that is neither true nor false', { claims: { email_verified: 'yes' } }],
    ['without a sub', { claims: { sub: undefined as unknown as string } }],
    ['with an empty sub', { claims: { sub: '' } }],
    ['signed with a key that the issuer does not have', { header: { kid: 'unknown' } }],
    ['that names no key', { header: { kid: undefined as unknown as string } }],
  ])('%s', async (_, forgery) => {
    const issuer = await openIssuer()

    expect(await outcomeOf(issuer.tokens, await issuer.token(forgery))).toEqual(unauthenticated)
  })

  test('that another party signed under the issuer’s key id', async () => {
    const issuer = await openIssuer()
    const { privateKey } = await generateKeyPair('RS256')

    expect(await outcomeOf(issuer.tokens, await issuer.token({ key: privateKey }))).toEqual(unauthenticated)
  })

  test('that nobody signed (alg none)', async () => {
    const issuer = await openIssuer()
    const [, payload, signature] = await parts(issuer)
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const headers = ['none', 'None', 'NONE'].map((alg) => base64url({ alg, kid: 'current', typ: 'at+jwt' }))

    for (const token of [
      new UnsecuredJWT(claims).encode(),
      ...headers.flatMap((head) => [`${head}.${payload}.`, `${head}.${payload}.${signature}`]),
    ])
      expect(await outcomeOf(issuer.tokens, token)).toEqual(unauthenticated)
  })

  test('that is signed with the public key as if it were a shared secret (HS256)', async () => {
    const issuer = await openIssuer()
    const secrets = [await exportSPKI(issuer.publicKey), JSON.stringify(issuer.jwk), String(issuer.jwk.n)].map((text) =>
      new TextEncoder().encode(text),
    )

    for (const key of secrets)
      expect(await outcomeOf(issuer.tokens, await issuer.token({ key, header: { alg: 'HS256' } }))).toEqual(unauthenticated)
  })

  test('that brings its own key', async () => {
    const issuer = await openIssuer()
    const mallory = await openIssuer()
    const brought = [{ jwk: mallory.jwk }, { jku: 'https://evil.example/jwks.json' }, { kid: 'https://evil.example/key' }]

    for (const header of brought) expect(await outcomeOf(issuer.tokens, await mallory.token({ header }))).toEqual(unauthenticated)
  })

  test('that was changed after it was signed', async () => {
    const issuer = await openIssuer()
    const [header, payload, signature] = await parts(issuer)
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())

    expect(await outcomeOf(issuer.tokens, `${header}.${base64url({ ...claims, sub: 'bob' })}.${signature}`)).toEqual(unauthenticated)
    expect(await outcomeOf(issuer.tokens, `${header}.${payload}.${signature.slice(0, -4)}AAAA`)).toEqual(unauthenticated)
  })

  test.each(['', '.', '..', 'a.b', 'a.b.c', 'a.b.c.d', 'e30.e30.', 'bnVsbA.bnVsbA.x', 'x'.repeat(100_000)])(
    'that is no token at all',
    async (token) => {
      const issuer = await openIssuer()

      expect(await outcomeOf(issuer.tokens, token)).toEqual(unauthenticated)
    },
  )
})

describe('the issuer’s keys', () => {
  test('are fetched once, not for every token', async () => {
    const issuer = await openIssuer()

    for (let i = 0; i < 5; i++) await issuer.tokens.verify(await issuer.token())

    expect(issuer.fetches).toBe(1)
  })

  test('are fetched again for an unknown key id, but not as often as an attacker invents one', async () => {
    const issuer = await openIssuer()
    await issuer.tokens.verify(await issuer.token())

    const forged = async (i: number) => outcomeOf(issuer.tokens, await issuer.token({ header: { kid: `made-up-${i}` } }))
    const outcomes = []
    for (let i = 0; i < 50; i++) outcomes.push(await forged(i))

    expect(issuer.fetches).toBe(10)
    expect([outcomes[0], outcomes[8]]).toEqual([unauthenticated, unauthenticated])
    expect(outcomes[49]).toMatchObject({ code: 'unavailable', retryAfter: 5 })
    issuer.now += 60_000
    for (let i = 0; i < 50; i++) await forged(i)
    expect(issuer.fetches).toBe(20)
  })

  test('admit everyone whose key is known, whatever others send', async () => {
    const issuer = await openIssuer()

    for (let i = 0; i < 20; i++) {
      await outcomeOf(issuer.tokens, await issuer.token({ header: { kid: `made-up-${i}` } }))
      expect(await outcomeOf(issuer.tokens, await issuer.token())).toMatchObject({ email: 'ann@example.com' })
    }
  })

  test('that are new are found at once despite a forged one; while no fetch is allowed it is a 503, never a 401', async () => {
    const issuer = await openIssuer()
    const rotate = async (kid: string) => {
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
      issuer.keySet = JSON.stringify({ keys: [issuer.jwk, { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] })
      return () => issuer.token({ key: privateKey, header: { kid } })
    }
    await outcomeOf(issuer.tokens, await issuer.token({ header: { kid: 'made-up' } }))
    const second = await rotate('second')
    expect(await outcomeOf(issuer.tokens, await second())).toMatchObject({ email: 'ann@example.com' })

    for (let i = 0; i < 20; i++) await outcomeOf(issuer.tokens, await issuer.token({ header: { kid: `made-up-${i}` } }))
    const third = await rotate('third')

    expect(await outcomeOf(issuer.tokens, await third())).toMatchObject({ code: 'unavailable', retryAfter: 5 })
    issuer.now += 5_000
    expect(await outcomeOf(issuer.tokens, await third())).toMatchObject({ email: 'ann@example.com' })
  })

  test('are fetched once for many concurrent requests', async () => {
    const issuer = await openIssuer()
    const token = await issuer.token()

    await Promise.all(Array.from({ length: 30 }, () => issuer.tokens.verify(token)))

    expect(issuer.fetches).toBe(1)
  })

  test('that cannot be fetched make it a 503 `unavailable` that says when to retry, and are requested again', async () => {
    const issuer = await openIssuer()
    issuer.fetchError = new FetchError('https://issuer.example/.well-known/jwks.json', 'Timeout')

    expect(await outcomeOf(issuer.tokens, await issuer.token())).toMatchObject({ name: 'Refusal', code: 'unavailable', retryAfter: 5 })
    issuer.fetchError = undefined
    expect(await outcomeOf(issuer.tokens, await issuer.token())).toMatchObject({ email: 'ann@example.com' })
  })

  test.each(['<html>Bad gateway</html>', '{}', '{"keys":null}'])('that are none make it a 503 too (%s)', async (keySet) => {
    const issuer = await openIssuer()
    issuer.keySet = keySet

    expect(await outcomeOf(issuer.tokens, await issuer.token())).toMatchObject({ code: 'unavailable' })
  })

  test('that cannot be fetched do not turn an invalid token into a 503', async () => {
    const issuer = await openIssuer()
    issuer.fetchError = new FetchError('https://issuer.example/.well-known/jwks.json', 'Timeout')

    expect(await outcomeOf(issuer.tokens, 'a.b.c')).toEqual(unauthenticated)
  })
})

describe('the header Authorization', () => {
  const sent = (issuer: Issuer, authorization: string) =>
    identify({ headers: { authorization } } as unknown as Parameters<typeof identify>[0], issuer.tokens).catch((error: unknown) => error)

  test.each(['Bearer ', 'bearer ', 'BEARER   ', '  Bearer '])('takes a token after %j', async (scheme) => {
    const issuer = await openIssuer()

    expect(await sent(issuer, `${scheme}${await issuer.token()} `)).toMatchObject({ kind: 'person', person: { email: 'ann@example.com' } })
  })

  test.each(['', 'Bearer', 'Bearer ', 'Basic ', 'Token ', 'Bearer a '])('takes no token after %j', async (scheme) => {
    const issuer = await openIssuer()
    const token = scheme.trim() === 'Bearer' ? '' : await issuer.token()

    expect(await sent(issuer, `${scheme}${token}`)).toEqual(unauthenticated)
  })
})
