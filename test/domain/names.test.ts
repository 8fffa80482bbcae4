import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameFromClaims, nameSchema } from '#shared/domain/names.ts'

/** Any text, of characters that matter to the rule among others. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(' ', '\t', '\u0000', '\u0085', '\u00a0', '\ud800', '😀', 'e\u0301'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
  maxLength: 130,
})

const isName = (text: string): boolean => {
  const points = [...text.trim()]
  return points.length >= 1 && points.length <= 100 && !/\p{Cc}/u.test(text.trim()) && text.isWellFormed()
}

test('a name is 1 to 100 code points after trimming, without control characters, and comes out trimmed', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { success, data } = nameSchema.safeParse(text)
      expect(success).toBe(isName(text))
      if (success) expect(data).toBe(text.trim())
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['x'.repeat(100), true],
  ['x'.repeat(101), false],
  ['😀'.repeat(100), true],
  ['😀'.repeat(101), false],
  [`  ${'x'.repeat(100)}  `, true],
  ['\u200b', true],
  ['a\u009fb', false],
])('%j is a name: %j', (text, expected) => {
  expect(nameSchema.safeParse(text).success).toBe(expected)
})

test("whatever a token claims, an account's name is a name", () => {
  fc.assert(
    fc.property(fc.option(anyText, { nil: undefined }), fc.emailAddress(), (claimed, email) => {
      const name = nameFromClaims(claimed, email)
      expect(nameSchema.parse(name)).toBe(name)
    }),
    { numRuns: 2_000 },
  )
})

test('a claimed name that is a name is taken as it is', () => {
  fc.assert(
    fc.property(anyText.filter(isName), (claimed) => {
      expect(nameFromClaims(claimed, 'a@b.example')).toBe(claimed.trim())
    }),
  )
})
