import { expect, inject, test } from 'vitest'
import { simulate } from './simulation.ts'

/**
 * Defines one test per seed. The seeds are spread over two files, which run in parallel; `npm run simulate -- --seeds 1 --from 17` plays
 * only seed 17.
 */
export const playSeeds = (from: number, to: number): void =>
  test.for(Array.from({ length: to - from + 1 }, (_, i) => from + i))(
    'whatever races, fails, dies and comes late, a deletion keeps every promise: seed %i',
    async (seed) => {
      const { problems } = await simulate(inject('dynamodbEndpoint'), seed)

      expect(problems).toEqual([])
    },
  )
