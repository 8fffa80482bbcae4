import { withoutTowers } from './characters.ts'

/** Invisible and joins nothing; a mail program that looks for links, addresses or telephone numbers stops at it. */
const stop = '\u200b'

/**
 * Characters that are invisible or change direction, except those that form a letter or an emoji: joiners, variation selectors, the tags of
 * flags.
 */
const hidden = /(?!\u200c|\u200d|[\u{e0000}-\u{e0fff}]|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}|[\u2028\u2029]/gu

/** What holds an address together, and every full stop that international domains, and perhaps others, treat as a dot. */
const joints = /[.:/@\\\p{Sentence_Terminal}]/u

/**
 * Characters that look like a dot, a colon or a slash although no mapping makes them one:
 * https://www.unicode.org/Public/security/latest/confusables.txt
 */
const lookalikes = new Set(
  '\ua4f8\u{10a50}\u{1d16d}' + // dots
    '\u02d0\u02f8\u05c3\u0703\u0704\u205a\u2236\ua4fd\ua789' + // colons
    '\u2041\u2044\u2215\u2571\u27cb\u29f8\u2216\u27cd\u29f5\u29f9', // slashes
)

/** Whether a character is a joint or passes for one, also in another width or font, as in `․`, `﹒`, `．`, `⒈` and `℀`. */
const isJoint = (character: string): boolean => lookalikes.has(character) || joints.test(character.normalize('NFKC'))

/** Puts a stop after each joint that something follows. */
const withStops = (text: string): string =>
  [...text].map((character, i, all) => (isJoint(character) && /\S/.test(all[i + 1] ?? '') ? character + stop : character)).join('')

/**
 * Makes what a person typed safe for an e-mail: drops invisible and direction-changing characters and stacks of marks, and invisibly
 * interrupts what a mail program would turn into a link (a domain, an address, a URL, a telephone number).
 */
export function inertText(typed: string): string {
  const visible = withoutTowers(typed.replace(hidden, '').replace(/\p{Cc}/gu, ' '))
  const unlinked = withStops(visible)
  return [...unlinked.matchAll(/\p{Nd}/gu)].length < 5 ? unlinked : unlinked.replace(/(\p{Nd})(?=[\p{Nd}\p{Cf}\s().-])/gu, `$1${stop}`)
}

/** The ampersand comes first: every other one has it. */
const entities = Object.entries({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })

/** Escapes text for HTML text and attribute values. */
export const escapeHtml = (text: string): string => entities.reduce((html, [sign, entity]) => html.replaceAll(sign, entity), text)
