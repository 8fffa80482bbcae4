/** Joins nothing and shows nothing; a mail program that looks for links, addresses or telephone numbers stops at it. */
const stop = '\u200b'

const hidden = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/**
 * What a person typed, fit for an e-mail: invisible and direction-changing characters are gone, and what a mail program would turn
 * into a link (a domain, an address, a URL, a telephone number) is interrupted where nobody sees it.
 */
export function inertText(typed: string): string {
  const visible = typed.replace(hidden, '').replace(/\p{Cc}/gu, ' ')
  const unlinked = visible.replace(/([.:/@\\。．｡：／＠])(?=\S)/gu, `$1${stop}`)
  return (unlinked.match(/\p{Nd}/gu) ?? []).length < 5 ? unlinked : unlinked.replace(/(\p{Nd})(?=[\p{Nd}\s().-])/gu, `$1${stop}`)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as HTML text or attribute value. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => entities[c] ?? c)
