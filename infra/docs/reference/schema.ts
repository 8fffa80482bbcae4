import { nameOf, type OpenApi, type Schema } from './document.ts'
import { exampleOf } from './example.ts'
import { type Html, html, prose } from './html.ts'

const joined = (parts: readonly Html[], separator: string): Html =>
  html`${parts.map((part, i) => (i > 0 ? html`${separator}${part}` : part))}`

const literal = (value: unknown): Html => html`<code>${JSON.stringify(value)}</code>`

/** What a value is, in words; a named schema becomes a link. */
export function typeOf(schema: Schema): Html {
  if (schema.$ref) return html`<a href="#${nameOf(schema.$ref)}">${nameOf(schema.$ref)}</a>`
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return joined(schema.enum.map(literal), ' or ')
  const choice = schema.anyOf ?? schema.oneOf
  if (choice) return joined(choice.map(typeOf), ' or ')
  if (schema.items) return html`list of ${typeOf(schema.items)}`
  return html`${[schema.type ?? 'anything'].flat().join(' or ')}${schema.format === 'date-time' ? ' (date and time)' : ''}`
}

/** Omits bounds of integers that merely reflect the number type. */
const isBound = (value: number | undefined): value is number => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER

const range = (least: number | undefined, most: number | undefined, unit = ''): string[] => {
  if (isBound(least) && isBound(most)) return [`${least} to ${most}${unit}`]
  if (isBound(least)) return [`at least ${least}${unit}`]
  return isBound(most) ? [`at most ${most}${unit}`] : []
}

function limitsOf(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, default: usual } = schema
  return [
    ...range(minimum, maximum),
    ...range(minLength, maxLength, ' characters'),
    ...range(minItems, maxItems, ' entries'),
    ...(usual === undefined ? [] : [`default ${JSON.stringify(usual)}`]),
  ].join(', ')
}

/** One named value: a field of a body, a parameter, a header. */
export const field = (name: string, schema: Schema, notes: { optional: boolean; description?: string | undefined }): Html => {
  const limits = schema.$ref ? '' : limitsOf(schema)
  return html`<dt><code>${name}</code> <span class="type">${typeOf(schema)}</span>${notes.optional ? html` <i>optional</i>` : ''}</dt>
<dd>${prose(notes.description ?? schema.description)}${limits && html` <small>${limits}</small>`}${fieldsOf(schema)}</dd>
`
}

/** The fields of an object, of a list's entries, or of each alternative; nothing for a schema that has its own section. */
export function fieldsOf({ $ref, items, anyOf = [], oneOf = [], properties, required = [] }: Schema): Html | undefined {
  if ($ref) return undefined
  if (items) return fieldsOf(items)
  const choices = [...anyOf, ...oneOf].map(fieldsOf).filter((fields) => fields !== undefined)
  if (choices.length > 0) return joined(choices, ' or ')
  if (!properties) return undefined
  return html`<dl>
${Object.entries(properties).map(([name, of]) => field(name, of, { optional: !required.includes(name) }))}</dl>`
}

/** An example of a value as JSON. */
export const example = (schema: Schema, document: OpenApi): Html =>
  html`<pre>${JSON.stringify(exampleOf(schema, document), undefined, 2)}</pre>`
