import { JwtVerifier } from 'aws-jwt-verify'
import { FetchError } from 'aws-jwt-verify/error'
import { exportJWK, generateKeyPair } from 'jose'
import { expect, test, vi } from 'vitest'
import type { Person } from '#shared/domain/person.ts'
import { hashOf, KnownTokens } from '#shared/tokens/known-tokens.ts'
import { openIssuer } from '../support/issuer.ts'

type Issuer = Awaited<ReturnType<typeof openIssuer>>

const unauthenticated = expect.objectContaining({ name: 'Refusal', code: 'unauthenticated' })
const unavailable = expect.objectContaining({ name: 'Refusal', code: 'unavailable', retryAfter: 5 })
const ann = expect.objectContaining({ email: 'ann@example.com' })
const minute = 60_000

const outcomeOf = ({ tokens }: Issuer, token: string): Promise<unknown> => tokens.verify(token).catch((error: unknown) => error)

/** Counts how often a token is verified from now on. */
function verifications() {
  const { mock } = vi.spyOn(JwtVerifier.prototype, 'verify')
  const before = mock.calls.length
  return { count: () => mock.calls.length - before }
}

/** Gives the issuer another key under some id, in place of what it had. */
async function rotate(issuer: Issuer, kid = 'next') {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  issuer.keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] })
  return () => issuer.token({ key: privateKey, header: { kid } })
}

test('a token that is seen twice is verified once, and stands for the same person', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token()
  const { count } = verifications()

  const first = await issuer.tokens.verify(token)
  const second = await issuer.tokens.verify(token)

  expect(count()).toBe(1)
  expect(second).toEqual(first)
  expect(Object.isFrozen(second)).toBe(true)
})

test('every token is known by all of it: another signature or another person is another token', async () => {
  const issuer = await openIssuer()
  const [token, bob] = [await issuer.token(), await issuer.token({ claims: { email: 'bob@example.com' } })]
  await issuer.tokens.verify(token)

  expect(await outcomeOf(issuer, `${token.slice(0, -4)}AAAA`)).toEqual(unauthenticated)
  expect(await outcomeOf(issuer, bob)).toMatchObject({ email: 'bob@example.com' })
  expect(await outcomeOf(issuer, token)).toEqual(ann)
})

test('a token that was refused is verified again', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token({ expiresIn: -1 })
  const { count } = verifications()

  expect([await outcomeOf(issuer, token), await outcomeOf(issuer, token)]).toEqual([unauthenticated, unauthenticated])

  expect(count()).toBe(2)
})

test('a known token expires by the clock, however that is moved', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token({ expiresIn: 300 })
  await issuer.tokens.verify(token)

  issuer.ahead = 240_000
  expect(await outcomeOf(issuer, token)).toEqual(ann)
  issuer.ahead = 301_000
  expect(await outcomeOf(issuer, token)).toEqual(unauthenticated)
  issuer.ahead = 0
  expect(await outcomeOf(issuer, token)).toEqual(ann)
})

test('a known token is not good before its time, where the clock went back', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token({ claims: { nbf: Math.floor(Date.now() / 1_000) - 60 } })
  await issuer.tokens.verify(token)

  issuer.ahead = -2 * minute

  expect(await outcomeOf(issuer, token)).toEqual(unauthenticated)
})

test('the keys are fetched again after an hour, for a known token too', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token({ expiresIn: 3 * 3_600 })
  await issuer.tokens.verify(token)

  issuer.now += 59 * minute
  await issuer.tokens.verify(token)
  const before = issuer.fetches
  issuer.now += minute
  await issuer.tokens.verify(token)
  await issuer.tokens.verify(token)

  expect([before, issuer.fetches]).toEqual([1, 2])
})

test('they are fetched again where only the clock of the day went on, as in a process that stood still', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token({ expiresIn: 3 * 3_600 })
  await issuer.tokens.verify(token)

  issuer.ahead = 60 * minute
  await issuer.tokens.verify(token)

  expect(issuer.fetches).toBe(2)
})

test('while keys of an hour ago cannot be fetched again it is a 503, for a known token too', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token({ expiresIn: 3 * 3_600 })
  await issuer.tokens.verify(token)
  issuer.fetchError = new FetchError('https://issuer.example/.well-known/jwks.json', 'Timeout')

  issuer.now += 60 * minute
  expect(await outcomeOf(issuer, token)).toEqual(unavailable)
  issuer.fetchError = undefined
  expect(await outcomeOf(issuer, token)).toEqual(ann)
})

test.each(['next', 'current'])(
  'a known token of a key that the issuer took back is refused after an hour (new key id: %s)',
  async (kid) => {
    const issuer = await openIssuer()
    const token = await issuer.token({ expiresIn: 3 * 3_600 })
    await issuer.tokens.verify(token)
    const renewed = await rotate(issuer, kid)

    issuer.now += 60 * minute

    expect(await outcomeOf(issuer, token)).toEqual(unauthenticated)
    expect(await outcomeOf(issuer, await renewed())).toEqual(ann)
  },
)

test('a new key set is noticed with the first token of it, and then no token is known any more', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token()
  await issuer.tokens.verify(token)
  const renewed = await rotate(issuer)

  const other = await renewed()
  expect(await outcomeOf(issuer, other)).toEqual(ann)
  const { count } = verifications()

  expect(await outcomeOf(issuer, token)).toEqual(unauthenticated)
  expect(await outcomeOf(issuer, other)).toEqual(ann)
  expect(count()).toBe(1)
})

test('the same key set again empties nothing', async () => {
  const issuer = await openIssuer()
  const [token, other] = [await issuer.token(), await issuer.token({ claims: { name: 'Bob' } })]
  await issuer.tokens.verify(token)
  await issuer.tokens.verify(other)
  await outcomeOf(issuer, await issuer.token({ header: { kid: 'made-up' } }))
  const { count } = verifications()

  expect([await outcomeOf(issuer, token), await outcomeOf(issuer, other)]).toEqual([ann, ann])

  expect([issuer.fetches, count()]).toEqual([2, 0])
})

test('a token that was being verified while its key was taken back is not known', async () => {
  const issuer = await openIssuer()
  const [token, other] = [await issuer.token(), await issuer.token({ claims: { name: 'Bob' } })]
  await issuer.tokens.verify(other)
  const renewed = await (await rotate(issuer))()

  await Promise.all([outcomeOf(issuer, renewed), outcomeOf(issuer, token)])

  expect(await outcomeOf(issuer, token)).toEqual(unauthenticated)
})

const person = (name: string): Person => ({ accountId: 'acc_1', email: 'ann@example.com', emailVerified: true, issuedAt: 0, name })
const goodFor = { exp: Number.POSITIVE_INFINITY }

test('a thousand tokens are known at most, and the one used longest ago gives way', () => {
  const known = new KnownTokens()
  for (let i = 0; i < 1_000; i++) known.add(hashOf(`token ${i}`), { person: person(`${i}`), ...goodFor })
  known.find(hashOf('token 0'), 1)

  known.add(hashOf('one more'), { person: person('more'), ...goodFor })

  expect(known.find(hashOf('token 0'), 1)).toMatchObject({ name: '0' })
  expect(known.find(hashOf('token 1'), 1)).toBeUndefined()
  expect(known.find(hashOf('token 2'), 1)).toMatchObject({ name: '2' })
})

test('a person who would take more than a kilobyte is not kept', async () => {
  const issuer = await openIssuer()
  const token = await issuer.token({ claims: { name: 'n'.repeat(1_000) } })
  const { count } = verifications()

  expect([await outcomeOf(issuer, token), await outcomeOf(issuer, token)]).toEqual([ann, ann])

  expect(count()).toBe(2)
})

test('neither a token nor a part of it is kept', async () => {
  const known = vi.spyOn(KnownTokens.prototype, 'add')
  const issuer = await openIssuer()
  const token = await issuer.token()

  await issuer.tokens.verify(token)

  const kept = JSON.stringify(known.mock.calls)
  expect(kept).toContain(hashOf(token))
  expect(token.split('.').filter((part) => kept.includes(part))).toEqual([])
})
