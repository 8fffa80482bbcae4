import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { guards } from '#test/mutation/guard-list.ts'
import { mutated } from '#test/mutation/mutant.ts'

test.each(guards)('the guard "$is" still stands in $file once, and its test is there', (guard) => {
  const source = readFileSync(guard.file, 'utf8')

  expect(mutated(guard, source)).not.toBe(source)
  expect(existsSync(guard.caughtBy), guard.caughtBy).toBe(true)
})

test('there are at least forty different guards', () => {
  expect(guards.length).toBeGreaterThanOrEqual(40)
  expect(new Set(guards.map(({ file, text, becomes }) => `${file} ${text} ${becomes}`)).size).toBe(guards.length)
})

test('a text that is missing or occurs twice is refused', () => {
  const guard = { is: 'x', file: 'x.ts', text: 'a', becomes: 'b', caughtBy: 'x' }

  expect(() => mutated(guard, 'ccc')).toThrow('0 times')
  expect(() => mutated(guard, 'aca')).toThrow('2 times')
  expect(mutated({ ...guard, becomes: '$&' }, 'cac')).toBe('c$&c')
})
