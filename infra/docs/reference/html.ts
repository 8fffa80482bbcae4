/** Text that is HTML already: whatever else goes into a page is escaped. */
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

/** A piece of a page. Every value that is put in is escaped, in text and in attributes in double quotes alike, unless it is a piece itself. */
export const html = (pieces: TemplateStringsArray, ...contents: readonly Content[]): Html =>
  new Html(String.raw({ raw: pieces }, ...contents.map(textOf)))

/** Prose of the document, in which `code` stands in backticks. */
export const prose = (text = ''): Html => html`${text.split('`').map((part, i) => (i % 2 ? html`<code>${part}</code>` : part))}`
