import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeHtml, inertText } from '#shared/domain/inert-text.ts'

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'<>&"\'./:@\\ \n\r\t\u200b\u202e．。／＠', 'http://', 'www.', 'evil.example', '+49 30 1234567'),
    fc.string({ unit: 'grapheme', maxLength: 1 }),
  ),
  maxLength: 40,
})

/** What mail programs make links of. */
const linkable = /https?:\/\/[^\s\u200b]|www\.[^\s\u200b]|[\w-]\.[a-z]{2,}|\S@[^\s\u200b]|\d{5}/i

test('in inert text a mail program finds nothing to make a link of', () => {
  fc.assert(
    fc.property(text, (typed) => {
      expect(inertText(typed)).not.toMatch(linkable)
    }),
    { numRuns: 3_000 },
  )
})

test('inert text has no line break and nothing that changes the direction of what follows', () => {
  fc.assert(
    fc.property(text, (typed) => {
      expect(inertText(typed)).not.toMatch(/\p{Cc}|[\u2028-\u202e\u2066-\u2069]/u)
    }),
  )
})

test('a plain name is shown as it is', () => {
  for (const name of ['Ann Lee', "O'Hara & Sons", 'Blue Team 2026', 'Zoë 😀', '青い']) expect(inertText(name)).toBe(name)
})

test('a reader sees what was typed', () => {
  const seen = (shown: string) => shown.replaceAll('\u200b', '')
  for (const name of ['evil.example', 'http://evil.example/pay?a=b', 'ann@example.com', 'call +49 30 1234567', 'v1.2: done'])
    expect(seen(inertText(name))).toBe(name)
})

test('escaped text is text alone, in an element and in an attribute', () => {
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
