import { expect, inject, test } from 'vitest'
import { playSeeds } from './play.ts'
import { simulate } from './simulation.ts'

test('a seed determines the interleaving: replaying it gives the same run', async () => {
  const endpoint = inject('dynamodbEndpoint')

  const [first, again] = [await simulate(endpoint, 3), await simulate(endpoint, 3)]

  expect(again.trace).toEqual(first.trace)
})

playSeeds(1, 12)
