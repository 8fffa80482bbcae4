import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressKey, newId } from '#shared/domain/ids.ts'
import { apiKeyPlace, newApiKeySecret, newInvitationToken, secretHash, tokenPlace } from '#shared/domain/secrets.ts'

const now = new Date('2026-11-24T10:00:00.000Z')
const keyPlace = { workspaceId: newId('ws', now), apiKeyId: newId('key', now) }
const invitation = { workspaceId: keyPlace.workspaceId, addressKey: addressKey(keyPlace.workspaceId, 'ann@example.com') }
const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-'

const at = (text: string, i: number, c: string) => text.slice(0, i) + c + text.slice(i + 1)

test('an API key identifies its item, and consists of letters and digits only', () => {
  const secret = newApiKeySecret(keyPlace)

  expect(secret).toMatch(/^atr_[0-9a-z]{90}$/)
  expect(apiKeyPlace(secret)).toEqual(keyPlace)
  expect(newApiKeySecret(keyPlace)).not.toBe(secret)
})

test('one mistyped character in an API key is detected without a read', () => {
  const secret = newApiKeySecret(keyPlace)
  fc.assert(
    fc.property(fc.nat(secret.length - 1), fc.constantFrom(...alphabet), (i, c) => {
      fc.pre(secret[i] !== c)
      expect(apiKeyPlace(at(secret, i, c))).toBeUndefined()
    }),
    { numRuns: 1_000 },
  )
})

test('swapped, extra and missing characters in an API key are detected', () => {
  const secret = newApiKeySecret(keyPlace)
  for (let i = 4; i < secret.length - 1; i++) {
    const [a = '', b = ''] = [secret[i], secret[i + 1]]
    if (a !== b) expect(apiKeyPlace(at(at(secret, i, b), i + 1, a))).toBeUndefined()
    expect(apiKeyPlace(secret.slice(0, i) + secret.slice(i + 1))).toBeUndefined()
    expect(apiKeyPlace(`${secret.slice(0, i)}0${secret.slice(i)}`)).toBeUndefined()
  }
})

test('nothing else is an API key or an invitation token', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `atr_${text}`),
      ),
      (text) => {
        expect(apiKeyPlace(text)).toBeUndefined()
        expect(tokenPlace(text)).toBeUndefined()
      },
    ),
  )
})

test('a secret is stored as its SHA-256, in the same format as other tools write it', () => {
  expect(secretHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('an invitation token identifies its item and carries 256 random bits', () => {
  const tokens = Array.from({ length: 100 }, () => newInvitationToken(invitation))

  for (const token of tokens) {
    expect(tokenPlace(token)).toEqual(invitation)
    expect(Buffer.from(token.slice(52), 'base64url')).toHaveLength(32)
    expect(tokenPlace(`${token}a`)).toBeUndefined()
    expect(tokenPlace(token.slice(0, -1))).toBeUndefined()
  }
  expect(new Set(tokens.map(secretHash)).size).toBe(100)
})
