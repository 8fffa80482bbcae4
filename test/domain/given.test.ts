import { expect, test } from 'vitest'
import { given } from '#shared/domain/given.ts'

test('what a body leaves out is not set, and null is', () => {
  const change = given({ name: 'Site', description: undefined, note: null })

  expect(Object.keys(change)).toEqual(['name', 'note'])
  expect({ ...{ name: 'Old', description: 'kept' }, ...change }).toEqual({ name: 'Site', description: 'kept', note: null })
})
