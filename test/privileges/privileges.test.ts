import { beforeAll, describe, expect, inject, test } from 'vitest'
import { lists } from '#infra/aws/lists.ts'
import { type Synthesized, synthesized } from '#test/infra/synthesized.ts'
import { type AwsCall, recordedCalls } from '#test/support/recording.ts'
import { allowed, doneByLambda } from './roles.ts'

const line = ({ function: name, action, resource }: AwsCall): string => `${name}: ${action} on ${resource}`

/** Lines of one list that are not in the other, so that a failure names them. */
const without = (some: readonly AwsCall[], others: readonly AwsCall[]): string[] => {
  const known = new Set(others.map(line))
  return [...new Set(some.map(line))].filter((text) => !known.has(text)).sort()
}

let prod: Synthesized
beforeAll(async () => {
  prod = await synthesized('prod')
})

const calls = recordedCalls()
const isEverything = inject('doesEverything')
const partly = 'this run leaves tests out that run functions: nothing can be said about grants that nothing used'

describe('the roles', () => {
  test('allow every call that a function made in the other tests', ({ skip }) => {
    skip(calls.length === 0, 'no other test ran a function')
    const granted = allowed(prod)

    const refused = without(calls, granted)

    expect(refused, 'calls that no statement of the role allows').toEqual([])
  })

  test('allow nothing that is unused', ({ skip }) => {
    skip(!isEverything, partly)
    const used = [...calls, ...doneByLambda(prod)]

    const unused = without(allowed(prod), used)

    expect(unused, 'grants that no test of the function used').toEqual([])
  })

  test('were compared with the calls of every function that has a client', ({ skip }) => {
    skip(!isEverything, partly)
    const functions = [...lists.operations, ...lists.workers, ...lists.triggers]
    const granted = new Set(without(allowed(prod), doneByLambda(prod)).map((text) => text.split(':')[0]))

    const silent = functions.map(({ name }) => name).filter((name) => granted.has(name) && !calls.some((call) => call.function === name))

    expect(silent).toEqual([])
  })
})
