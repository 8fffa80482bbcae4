import { expect, test } from 'vitest'
import { type ApiKey, requireUnexpired } from '#shared/domain/api-key.ts'

const keyUntil = (expiresAt: string | null) => ({ expiresAt }) as ApiKey
const now = new Date('2026-11-24T10:00:00.000Z')

test.each([null, '2026-11-24T10:00:00.001Z'])('a key that expires at %s can be rotated', (expiresAt) => {
  expect(() => requireUnexpired(keyUntil(expiresAt), now)).not.toThrow()
})

test.each(['2026-11-24T10:00:00.000Z', '2026-11-23T10:00:00.000Z'])('a key that expired at %s cannot, and is told why', (expiresAt) => {
  expect(() => requireUnexpired(keyUntil(expiresAt), now)).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: `This API key expired at ${expiresAt}, and a new secret would not change that. Create a new key.`,
    }),
  )
})
