import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lowerCase } from '#shared/domain/characters.ts'
import { canonicalEmail, deliverableEmail, emailSchema, withoutTag } from '#shared/domain/email.ts'

test('only ASCII letters are folded: a Kelvin sign is no k', () => {
  expect(lowerCase('ANN.K@Example.COM')).toBe('ann.k@example.com')
  expect(lowerCase('\u212a\u0130')).toBe('\u212a\u0130')
})

test.each([
  ['ann@example.com', 'ann@example.com'],
  ['Ann.Lee+tag@Example.COM', 'ann.lee+tag@example.com'],
  ["o'hara!#$%&*/=?^_`{|}~-@example.com", "o'hara!#$%&*/=?^_`{|}~-@example.com"],
  ['a@b.c', 'a@b.c'],
  ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
  ['ann@BÜCHER.example', 'ann@xn--bcher-kva.example'],
  ['ann@xn--BCHER-kva.example', 'ann@xn--bcher-kva.example'],
  ['ann@faß.example', 'ann@xn--fa-hia.example'],
  ['ann@例え.テスト', 'ann@xn--r8jz45g.xn--zckzah'],
  ['ann@1.2.3.example', 'ann@1.2.3.example'],
  ['a%41@example.com', 'a%41@example.com'],
  ['ann@example.c1', 'ann@example.c1'],
  ['ann@example.1c', 'ann@example.1c'],
])('%j is an address, compared as %j', (text, canonical) => {
  expect(canonicalEmail(text)).toBe(canonical)
  expect(emailSchema.parse(`  ${text}\t`)).toBe(text)
})

test.each([
  '',
  '@',
  'ann',
  'ann.example.com',
  'ann@',
  '@example.com',
  'ann@example',
  'ann@@example.com',
  'ann@b@example.com',
  'ann lee@example.com',
  'ann@exa mple.com',
  '.ann@example.com',
  'ann.@example.com',
  'a..b@example.com',
  '"ann"@example.com',
  'änn@example.com',
  'ann＠example.com',
  'ann@-example.com',
  'ann@example-.com',
  'ann@example..com',
  'ann@.example.com',
  'ann@example.com.',
  'ann@exa_mple.com',
  // The URL parser would decode, cut or rewrite these.
  'ann@ex%61mple.com',
  'ann@bü%2fcher.example',
  'ann@bücher.example/path',
  'ann@bücher.example:25',
  'ann@bücher.example?x',
  'ann@bücher.example#x',
  'ann@b\\ücher.example',
  'ann@[127.0.0.1]',
  'ann@127.0.0.1',
  'ann@127.0.0.255',
  'ann@example.123',
  'ann@0x7f.1',
  'ann@example.0x7f',
  'ann@１２７.０.０.１',
  'ann@xn--.example',
  'ann@example.com\nbcc: eve@example.com',
  'ann@example.com\u0000',
  '<ann@example.com>',
  'Ann <ann@example.com>',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(64)}.example`,
  `a@${'bcd.'.repeat(70)}example`,
])('%j is no address', (text) => {
  expect(canonicalEmail(text)).toBeUndefined()
  expect(emailSchema.safeParse(text).success).toBe(false)
})

test('the longest address has 254 characters', () => {
  const domain = (length: number) => `${'b'.repeat(60)}.`.repeat(3) + 'c'.repeat(length - 183)

  expect(canonicalEmail(`${'a'.repeat(64)}@${domain(189)}`)).toHaveLength(254)
  expect(canonicalEmail(`${'a'.repeat(64)}@${domain(190)}`)).toBeUndefined()
})

test('full-width letters and dots in a domain equal the plain ones, so that they make the same address', () => {
  expect(canonicalEmail('ann@ｅｘａｍｐｌｅ．com')).toBe('ann@example.com')
  expect(canonicalEmail('ann@example。com')).toBe('ann@example.com')
})

const label = fc.string({ unit: fc.constantFrom(...'abcxyzABC019-äßéσς例テ٣'), minLength: 1, maxLength: 12 })
const nearlyAddress = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...'abAB09.+%_äÀ@ "'), minLength: 0, maxLength: 12 }),
    fc.array(label, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('.', '。', '．'),
  )
  .map(([local, labels, dot]) => `${local}@${labels.join(dot)}`)

test('the canonical form of an address is an address, is its own canonical form, ASCII and in lower case', () => {
  fc.assert(
    fc.property(fc.oneof(nearlyAddress, fc.emailAddress(), fc.string({ unit: 'binary' })), (text) => {
      const canonical = canonicalEmail(text)
      if (canonical === undefined) return
      expect(canonicalEmail(canonical)).toBe(canonical)
      expect(canonical).toMatch(/^[!-~]{1,64}@[a-z0-9.-]+$/)
      expect(canonical).toBe(canonical.toLowerCase())
      expect(canonicalEmail(deliverableEmail(text) ?? '')).toBe(canonical)
    }),
    { numRuns: 5_000 },
  )
})

test('the case of an address does not matter', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (email) => {
      expect(canonicalEmail(email.toUpperCase())).toBe(canonicalEmail(email))
    }),
    { numRuns: 500 },
  )
})

test('mail is sent to the local part as it was spelled', () => {
  expect(deliverableEmail('Ann.LEE@Bücher.example')).toBe('Ann.LEE@xn--bcher-kva.example')
})

test('an invalid address is refused with a description of a valid one', () => {
  const told = (text: string) => emailSchema.safeParse(text).error?.issues.map(({ message }) => message)
  const malformed = 'This is not a valid e-mail address. Write it as name@example.com, with only ASCII characters before the @.'

  expect(told('ann')).toEqual([malformed])
  expect(told('a'.repeat(321))).toEqual(['An e-mail address can have at most 254 characters.', malformed])
})

test('a text of over 320 characters is not an address, even if invisible characters make it long', () => {
  const text = (length: number) => `ann@exam${'\u00ad'.repeat(length - 15)}ple.com`

  expect([text(320).length, canonicalEmail(text(320))]).toEqual([320, 'ann@example.com'])
  expect(canonicalEmail(text(321))).toBeUndefined()
})

test('a text that is far too long is not an address, and is not parsed', () => {
  const domain = Array.from({ length: 20_000 }, (_, i) => String.fromCodePoint(0x4e00 + (i % 9_000))).join('')
  const calls = Array.from({ length: 2_000 }, () => canonicalEmail(`a@${domain}.com`))

  expect(new Set(calls)).toEqual(new Set([undefined]))
})

test.each([
  ['ann+news@example.com', 'ann@example.com'],
  ['ann+a+b@example.com', 'ann@example.com'],
  ['ann+@example.com', 'ann@example.com'],
  ['ann@example.com', 'ann@example.com'],
  // Nothing would be left of the name.
  ['+news@example.com', '+news@example.com'],
  ['+ann+news@example.com', '+ann+news@example.com'],
])('%j is counted as %j', (email, counted) => {
  expect(withoutTag(email)).toBe(counted)
})
