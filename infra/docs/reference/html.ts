/** Text that is HTML already; anything else is escaped when it goes into a page. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Content = Html | string | number | false | undefined | readonly Content[]

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? '')

function textOf(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof Html) return content.text
  return Array.isArray(content) ? content.map(textOf).join('') : escaped(String(content))
}

/** A piece of a page. Every interpolated value is escaped, in text as well as in double-quoted attributes, unless it is a piece itself. */
export const html = (pieces: TemplateStringsArray, ...contents: readonly Content[]): Html =>
  new Html(String.raw({ raw: pieces }, ...contents.map(textOf)))

/** The document's prose, in which `code` is in backticks. */
export const prose = (text = ''): Html => html`${text.split('`').map((part, i) => (i % 2 ? html`<code>${part}</code>` : part))}`
