import { expect, test } from 'vitest'
import { createWorld } from '../support/world.ts'

test('health answers ok to anyone, without reading the table', async () => {
  const world = await createWorld()
  world.raw.middlewareStack.add(() => () => Promise.reject(new Error('No call is expected')), { step: 'initialize' })

  expect(await world.call('health')).toMatchObject({ status: 200, body: { status: 'ok' } })
})

test('config tells a client what it needs to sign people in', async () => {
  const world = await createWorld({ APP_URL: 'https://app.example/', CLIENT_ID: 'web', ISSUER: 'https://issuer.example/pool' })

  const { status, body } = await world.call('config')

  expect(status).toBe(200)
  expect(body).toEqual({ issuer: 'https://issuer.example/pool', clientId: 'web', appUrl: 'https://app.example' })
})
