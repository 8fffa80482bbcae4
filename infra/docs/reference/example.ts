import { type OpenApi, resolved, type Schema } from './document.ts'

/** Builds a value that matches a schema from the examples of its parts. */
export function exampleOf(schema: Schema, document: OpenApi): unknown {
  const {
    examples = [],
    const: only,
    default: usual,
    enum: choices = [],
    anyOf = [],
    oneOf = [],
    ...rest
  } = resolved(schema, document.components.schemas)
  const [example] = [...examples, only, usual, ...choices].filter((value) => value !== undefined)
  if (example !== undefined) return example
  const [first] = [...anyOf, ...oneOf]
  if (first) return exampleOf(first, document)
  const { items, properties, type } = rest
  if (items) return [exampleOf(items, document)]
  if (properties) return Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, exampleOf(of, document)]))
  return plain[[type].flat()[0] ?? '']
}

const plain: Readonly<Record<string, unknown>> = { string: '…', integer: 1, number: 1, boolean: true, null: null, object: {}, array: [] }
