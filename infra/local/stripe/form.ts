import { createHash } from 'node:crypto'

/**
 * Nested form-encoded parameters: `metadata[a]=1&types[0]=card` is `{ metadata: { a: '1' }, types: { 0: 'card' } }`. They have no
 * prototype.
 */
export interface Form {
  readonly [name: string]: string | Form
}

type Growing = { [name: string]: string | Growing }

const emptyForm = (): Growing => Object.create(null) as Growing

/** Parses form-encoded parameters from a body or a query string. */
export function parseForm(text: string): Form {
  const form = emptyForm()
  for (const [name, value] of new URLSearchParams(text)) put(form, segments(name), value)
  return form
}

/** Splits `a[b][]` into `a`, `b` and an empty string. */
function segments(name: string): string[] {
  const open = name.indexOf('[')
  if (open <= 0) return [name]
  return [name.slice(0, open), ...[...name.slice(open).matchAll(/\[([^[\]]*)\]/g)].map(([, inner = '']) => inner)]
}

function put(form: Growing, path: readonly string[], value: string): void {
  let at = form
  path.forEach((segment, depth) => {
    const name = segment === '' ? String(Object.keys(at).length) : segment
    if (depth === path.length - 1) {
      at[name] = value
      return
    }
    const below = at[name]
    const next = typeof below === 'object' ? below : emptyForm()
    at[name] = next
    at = next
  })
}

/** Equal for two requests if, and only if, they have the same parameters, in any order. */
export function fingerprint(body: string): string {
  const pairs = [...new URLSearchParams(body)].map((pair) => JSON.stringify(pair)).sort()
  return createHash('sha256').update(pairs.join('\n')).digest('base64url')
}
