import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeHtml, inertText } from '#shared/domain/inert-text.ts'

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ...'<>&"\'./:@\\ \n\r\t\u200b\u202e．。／＠․﹒｡﹕﹫⒈℀\u0301\u200d',
      'http://',
      'www.',
      'evil.example',
      '+49 30 1234567',
    ),
    fc.string({ unit: 'grapheme', maxLength: 1 }),
  ),
  maxLength: 40,
})

/** What mail programs make links of, each sign in any of its widths and fonts. */
const linkable = /https?:\/\/[^\s\u200b]|www\.[^\s\u200b]|[\w-][.\u3002][a-z]{2,}|\S@[^\s\u200b]|\d{5}/i

test('a mail program finds nothing to turn into a link in inert text', () => {
  fc.assert(
    fc.property(text, (typed) => {
      expect(inertText(typed).normalize('NFKC')).not.toMatch(linkable)
    }),
    { numRuns: 3_000 },
  )
})

test.for([
  ['evil․com', 'U+2024'],
  ['evil﹒com', 'U+FE52'],
  ['evil．com', 'U+FF0E'],
  ['evil。com', 'U+3002'],
  ['evil｡com', 'U+FF61'],
  ['evil︒com', 'U+FE12'],
  ['evil⒈com', 'U+2488'],
  ['evilꓸcom', 'U+A4F8'],
  ['evil۔com', 'U+06D4'],
  ['http∶⁄⁄evil', 'U+2236, U+2044'],
  ['http：／／evil', 'U+FF1A, U+FF0F'],
  ['http︓∕∕evil', 'U+FE13, U+2215'],
  ['ann＠evil', 'U+FF20'],
  ['ann﹫evil', 'U+FE6B'],
  ['＼＼evil', 'U+FF3C'],
] as const)('%s is interrupted after each sign (%s), and reads as it was typed', ([typed]) => {
  const signs = /[^a-z]/gu

  expect(inertText(typed)).toBe(typed.replace(signs, '$&\u200b'))
})

test('no character joins two words into a domain, an address or a URL', () => {
  const joins = (character: string) => /[.:/@\\]/.test(character.normalize('NFKC')) || domainToASCII(`evil${character}com`).includes('.')
  const all = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff)
  const joints = all.map((code) => String.fromCodePoint(code)).filter(joins)

  expect(joints).toEqual(expect.arrayContaining([...'.:/@\\․﹒．。｡⒈℀']))
  expect(joints.filter((joint) => inertText(`evil${joint}com`) !== `evil${joint}\u200bcom`)).toEqual([])
})

test('invisible characters are removed, and line breaks become spaces', () => {
  expect(inertText('a\u202eb\u2066c\u00add\u2028e')).toBe('abcde')
  expect(inertText('a\tb\nc\u0085d')).toBe('a b c d')
})

test('a joining character that nothing follows stays', () => {
  for (const name of ['Ann Jr.', 'To: Ann', 'Why? Because.', 'a . b']) expect(inertText(name)).toBe(name)
})

test('five digits could be a telephone number, however they are grouped; four could not', () => {
  expect(inertText('Room 1234')).toBe('Room 1234')
  expect(inertText('Room 12345')).toBe('Room 1\u200b2\u200b3\u200b4\u200b5')
  expect(inertText('(030) 1-2')).toBe('(0\u200b3\u200b0\u200b) 1\u200b-2')
  expect(inertText('1a2b3c4d5')).toBe('1a2b3c4d5')
  expect(inertText('𝟏𝟐𝟑𝟒')).toBe('𝟏𝟐𝟑𝟒')
})

test('stacked marks in an older name do not grow into the lines around it', () => {
  expect(inertText(`a${'\u0301'.repeat(50)}b`)).toBe(`a${'\u0301'.repeat(4)}b`)
})

test('inert text has no line break and nothing that changes the direction of what follows', () => {
  fc.assert(
    fc.property(text, (typed) => {
      expect(inertText(typed)).not.toMatch(/\p{Cc}|[\u2028-\u202e\u2066-\u2069]/u)
    }),
  )
})

test('a plain name is shown unchanged', () => {
  for (const name of [
    'Ann Lee',
    "O'Hara & Sons",
    'Blue Team 2026',
    'Zoë 😀',
    '青い',
    'می\u200cخواهم',
    'क्\u200dष',
    '👩🏽\u200d❤️\u200d👨🏻',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  ])
    expect(inertText(name)).toBe(name)
})

test('a reader sees what was typed', () => {
  const seen = (shown: string) => shown.replaceAll('\u200b', '')
  for (const name of ['evil.example', 'http://evil.example/pay?a=b', 'ann@example.com', 'call +49 30 1234567', 'v1.2: done'])
    expect(seen(inertText(name))).toBe(name)
})

test('escaped text stays text, in an element and in an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'<>&"\'a;#') }), (typed) => {
      const html = escapeHtml(typed)
      expect(html).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/)
      const back = html.replace(
        /&(amp|lt|gt|quot|#39);/g,
        (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
      )
      expect(back).toBe(typed)
    }),
  )
})
