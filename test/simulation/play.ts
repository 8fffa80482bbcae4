import { expect, inject, test } from 'vitest'
import { simulate } from './simulation.ts'

/**
 * A test for each of some seeds. They are spread over two files, which run beside one another;
 * `npm run simulate -- --seeds 1 --from 17` plays seed 17 alone.
 */
export const playSeeds = (from: number, to: number): void =>
  test.for(Array.from({ length: to - from + 1 }, (_, i) => from + i))(
    'whatever races, fails, dies and comes late, a deletion keeps every promise: seed %i',
    async (seed) => {
      const { problems } = await simulate(inject('dynamodbEndpoint'), seed)

      expect(problems).toEqual([])
    },
  )
