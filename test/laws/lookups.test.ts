import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/**
 * A plain object also answers `constructor` and `toString`, which no type says: what is looked up by a text, such as a status that
 * another service tells, is a Map. An object that is filled as it goes is none of these.
 */
const lookupTables = [/: (?:Readonly<)?Record<string, [^=\n]+ = \{(?!\})/g, /\}(?: as const)?\)\[[a-z]/g, /\[[^\]\n]* as keyof /g]

const found = (source: string): string[] => lookupTables.flatMap((form) => [...source.matchAll(form)].map(([text]) => text))

test.each(globSync('{functions,shared}/**/*.ts'))('%s looks no text up in a plain object', (file) => {
  expect(found(readFileSync(file, 'utf8')), 'make it a Map').toEqual([])
})

test.each([
  "const words: Readonly<Record<string, string>> = { a: 'b' }",
  '  const words: Record<string, View> = {',
  "({ a: 'b' } as const)[word]",
  "({ a: 'b' })[word]",
  'words[word as keyof typeof words]',
])('%s is such a lookup', (source) => {
  expect(found(source)).toHaveLength(1)
})

test.each(['const sums: Record<string, bigint> = {}', '/(a{26})([\\w-]{43})/', "new Map([['a', 'b']]).get(word)"])(
  '%s is none',
  (source) => {
    expect(found(source)).toEqual([])
  },
)
