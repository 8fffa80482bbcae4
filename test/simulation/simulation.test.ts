import { expect, inject, test } from 'vitest'
import { forSeeds } from '#test/support/random.ts'
import { simulate } from './simulation.ts'

const oneSeed = 60_000

test('a seed is an interleaving: played again it is the same', { timeout: 2 * oneSeed }, async () => {
  const endpoint = inject('dynamodbEndpoint')

  const [first, again] = [await simulate(endpoint, 3), await simulate(endpoint, 3)]

  expect(again.trace).toEqual(first.trace)
})

test('whatever races, fails, dies and comes late, a deletion keeps every promise', { timeout: 25 * oneSeed }, async () => {
  await forSeeds(25, async (_, seed) => {
    const { problems } = await simulate(inject('dynamodbEndpoint'), seed)

    expect(problems).toEqual([])
  })
})
