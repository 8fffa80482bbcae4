import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameFromClaims, nameSchema } from '#shared/domain/names.ts'

/** Any text, of characters that matter to the rule among others. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(' ', '\t', '\u0000', '\u0085', '\u00a0', '\ud800', '😀', 'e\u0301', '\u0301', '\u20dd', '\u200b', '\u202e', '\u2068'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
  maxLength: 130,
})

const isName = (text: string): boolean => {
  const name = text.trim()
  const forbidden = /[\p{Cc}\u202a-\u202e\u2066-\u2069]|(\p{M}\p{Cf}*){5}/u.test(name)
  const seen = /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{1d159}]/u.test(name)
  return [...name].length <= 100 && seen && !forbidden && name.isWellFormed()
}

test('a name is 1 to 100 code points after trimming, can be seen, leaves its surroundings alone, and comes out trimmed', () => {
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
  ['a\u009fb', false],
  // Nothing to see: spaces, joiners, fillers, blanks, marks with nothing under them.
  ['', false],
  ['\u200b', false],
  ['\u00a0\u2003 \u200d', false],
  ['\u3164', false],
  ['\uffa0\u115f', false],
  ['\u2800', false],
  ['\u180e\u034f\ufe0f', false],
  ['\u0301', false],
  ['\u{e0041}', false],
  ['\u{fffe}', false],
  ['\u200ba', true],
  ['\uf8ff', true],
  ['.', true],
  // Turning what follows.
  ...[...'\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'].map((turning): [string, boolean] => [`Blue${turning}Team`, false]),
  ['שלום\u200f!', true],
  // Towers of marks.
  [`a${'\u0301'.repeat(4)}`, true],
  [`a${'\u0301'.repeat(5)}`, false],
  ['a\u0301\u0302\u0303\u0304\u0305', false],
  [`a${'\u0301\u200d'.repeat(5)}`, false],
  [`a${'\u0301'.repeat(4)}b${'\u0301'.repeat(4)}`, true],
  // What people are called.
  ['Nguyễn Thị Ánh', true],
  ['Nguyễn'.normalize('NFD'), true],
  ['क्षत्रिय', true],
  ['หมู่บ้าน', true],
  ['👩🏽‍❤️‍💋‍👨🏻', true],
  ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', true],
  ['می‌خواهم', true],
])('%j is a name: %j', (text, expected) => {
  expect(nameSchema.safeParse(text).success).toBe(expected)
})

test.each([
  ['x'.repeat(101), 'A name can have at most 100 characters.'],
  ['a\u0000\u202e', 'A name cannot contain control characters.'],
  ['\u202e', 'A name cannot contain bidirectional overrides or isolates (U+202A–202E, U+2066–2069).'],
  ['\u200b', 'A name must contain at least one visible character.'],
  [`a${'\u0301'.repeat(5)}\ud800`, 'A name can have at most four combining marks in a row.'],
  ['a\ud800', 'A name must be well-formed Unicode.'],
])('of what is wrong with the name %j one sentence tells: %s', (name, message) => {
  expect(nameSchema.safeParse(name).error?.issues.map((issue) => issue.message)).toEqual([message])
})

test('an account’s name is valid whatever the token claims', () => {
  fc.assert(
    fc.property(fc.option(anyText, { nil: undefined }), fc.emailAddress(), (claimed, email) => {
      const name = nameFromClaims(claimed, email)
      expect(nameSchema.parse(name)).toBe(name)
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['\u202eeve\u2066 smith\u2069', 'eve smith'],
  [`Zo${'\u0308'.repeat(9)}e`, `Zo${'\u0308'.repeat(4)}e`],
  [`a${'\u0301\u200d'.repeat(9)}b`, `a${'\u0301\u200d'.repeat(4)}b`],
  ['\u200b\u3164', 'ann'],
  ['\u202e', 'ann'],
  ['Ann\tLee\n', 'Ann Lee'],
  ['Ann\r\nLee', 'Ann Lee'],
  ['x'.repeat(150), 'x'.repeat(100)],
  [`  ${'😀'.repeat(100)}`, '😀'.repeat(100)],
  [`${'x'.repeat(99)} Lee`, 'x'.repeat(99)],
])('a token that claims the name %j gives %j', (claimed, name) => {
  expect(nameFromClaims(claimed, 'ann@example.com')).toBe(name)
})

test('a valid claimed name is taken unchanged', () => {
  fc.assert(
    fc.property(anyText.filter(isName), (claimed) => {
      expect(nameFromClaims(claimed, 'a@b.example')).toBe(claimed.trim())
    }),
  )
})
