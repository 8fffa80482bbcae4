/** Abbreviations that consumers know; any other word in capitals is a placeholder that was never filled in. */
const abbreviations = new Set(['API', 'ASCII', 'DELETE', 'GET', 'ISO', 'JSON', 'PATCH', 'POST', 'PUT', 'URL', 'UTC'])

/** Zod's default messages. */
const zodsWords =
  /Invalid (input|option|string|number|key|value|discriminator|ISO|URL|\w+$)|\bexpected\b|\breceived (?!this)|Too (small|big)|Unrecognized|must match/

/** What is wrong with a `detail` as a sentence for its reader; undefined if nothing is. Quoted text is the consumer's own. */
export function flawOf(detail: unknown): string | undefined {
  if (typeof detail !== 'string') return 'is no text'
  const own = detail.replace(/"[^"]*"|`[^`]*`/g, '"…"')
  const shouted = [...own.matchAll(/\b[A-Z]{2,}\b/g)].map(([word]) => word).find((word) => !abbreviations.has(word))
  if (!/^(\p{Lu}|["`])/u.test(detail)) return 'begins with no capital letter'
  if (!detail.endsWith('.')) return 'ends with no full stop'
  if (shouted) return `leaves the placeholder ${shouted}`
  if (/\bundefined\b|\[object|\bNaN\b/.test(own)) return 'shows a value that was none'
  return zodsWords.test(own) ? 'is in the words of a library' : undefined
}

interface Problem {
  readonly detail?: unknown
  readonly errors?: readonly { readonly detail: unknown }[]
}

/** The faulty sentences of a problem, each with its flaw. */
export const flawsOf = ({ detail, errors = [] }: Problem): string[] =>
  [detail, ...errors.map((error) => error.detail)].flatMap((text) => {
    const flaw = flawOf(text)
    return flaw ? `${JSON.stringify(text)} ${flaw}` : []
  })
