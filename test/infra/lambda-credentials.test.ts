import { afterEach, expect, test, vi } from 'vitest'
import { defaultProvider } from '#infra/aws/bundle/in-lambda/credentials.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** The variables as they are in a function, or without one of them. */
function setByLambda(without?: string): void {
  const all = { AWS_ACCESS_KEY_ID: 'ASIA1', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session' }
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, name === without ? '' : value)
}

test('a function signs with the role credentials in its environment', async () => {
  setByLambda()

  expect(await defaultProvider()()).toEqual({ accessKeyId: 'ASIA1', secretAccessKey: 'secret', sessionToken: 'session' })
})

test.for(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])('a missing %s is named', async (name) => {
  setByLambda(name)

  await expect(defaultProvider()()).rejects.toThrow(`Credentials: ${name} missing`)
})

test('missing credentials cause no failure before a call needs them', () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, '')

  expect(() => defaultProvider()).not.toThrow()
})
