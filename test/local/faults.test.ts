import { expect, test } from 'vitest'
import { changeFaults, noFaults } from '#infra/local/faults.ts'
import { flawOf } from '../support/sentences.ts'

const pointersOf = (change: unknown) => changeFaults(noFaults(), change).map(({ pointer }) => pointer)

test('faults are set field by field, and a field left out stays as it is', () => {
  const faults = noFaults()

  expect(changeFaults(faults, { queue: 'lose', ses: 'refuse' })).toEqual([])
  expect(changeFaults(faults, { queue: null, paymentProvider: 'down' })).toEqual([])
  expect(faults).toEqual({ ses: 'refuse', queue: null, paymentProvider: 'down' })
})

test('every bad field, each unknown one included, has a pointer and a sentence, and nothing changes', () => {
  const faults = noFaults()

  const problems = changeFaults(faults, { ses: 'x', queue: 7, paymentProvider: 'down', 'a/b~c': 1, more: 2 })

  expect(problems.map(({ pointer }) => pointer).sort()).toEqual(['/a~1b~0c', '/more', '/queue', '/ses'])
  expect(problems.map(({ detail }) => flawOf(detail))).toEqual(Array(4).fill(undefined))
  expect(faults).toEqual(noFaults())
})

test('anything but an object is refused as a whole', () => {
  for (const change of [null, [], 'lose', 7]) expect(pointersOf(change), JSON.stringify(change)).toEqual([''])
})
