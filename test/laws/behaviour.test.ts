import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { operations } from '#functions/operations.ts'
import { workers } from '#functions/workers.ts'

/** What goes over every operation alike, or over what it costs, says nothing of what one of them does. */
const overAll = /^(laws|privileges|simulation)\/|functions\/(budgets|late-writes|races)\.test\.ts$/

const tests = join(import.meta.dirname, '..')
const written = globSync('**/*.test.ts', { cwd: tests })
  .filter((file) => !overAll.test(file))
  .map((file) => readFileSync(join(tests, file), 'utf8'))

const namesOne = (name: string) => (text: string) => new RegExp(`['./]${name}['.(]`).test(text)

// The document that `openapi` answers with is the subject of laws of its own (docs.test.ts).
test.each([...operations.filter(({ name }) => name !== 'openapi'), ...workers])(
  '$name has a test of what it does, beyond the laws',
  ({ name }) => {
    expect(written.some(namesOne(name)), `write one that calls '${name}', say in the file of its noun in test/functions`).toBe(true)
  },
)

test.each(operations.flatMap(({ name, refuses }) => refuses.map((code) => [name, code] as const)))(
  '%s has a test in which it refuses %s',
  (name, code) => {
    expect(
      written.some((text) => namesOne(name)(text) && text.includes(code)),
      `write one, or leave '${code}' out of what it refuses`,
    ).toBe(true)
  },
)
