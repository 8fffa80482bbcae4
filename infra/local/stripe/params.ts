import { invalid } from './errors.ts'
import type { Form } from './form.ts'

/** Refuses a request with any other parameter: a misspelt one, or one that this stand-in does not support. */
export function onlyKnown(form: Form, names: readonly string[]): void {
  const unknown = Object.keys(form).find((name) => !names.includes(name))
  if (unknown !== undefined) throw invalid(`Received unknown parameter: ${unknown}`, { code: 'parameter_unknown', param: unknown })
}

/** An optional text. An empty one is refused if the parameter cannot be unset. */
export function text(form: Form, name: string): string | undefined {
  const value = form[name]
  if (value === undefined) return undefined
  if (typeof value === 'object') throw invalid('Invalid string: a hash was given.', { param: name })
  if (value === '')
    throw invalid(`You passed an empty string for '${name}'. Remove '${name}' from your request or supply a non-empty value.`, {
      code: 'parameter_invalid_empty',
      param: name,
    })
  return value
}

/** A required text. */
export function requiredText(form: Form, name: string): string {
  const value = text(form, name)
  if (value === undefined) throw invalid(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name })
  return value
}

/** A whole number within bounds. */
export function integer(value: string, name: string, { least, most = Number.MAX_SAFE_INTEGER }: { least: number; most?: number }): number {
  const code = 'parameter_invalid_integer'
  if (!/^-?\d+$/.test(value)) throw invalid(`Invalid integer: ${value}`, { code, param: name })
  if (Number(value) < least) throw invalid(`This value must be greater than or equal to ${least}.`, { code, param: name })
  if (Number(value) > most) throw invalid(`This value must be less than or equal to ${most}.`, { code, param: name })
  return Number(value)
}

/** `true` or `false`; false if absent. */
export function flag(form: Form, name: string): boolean {
  const value = text(form, name)
  if (value !== undefined && value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${value}`, { param: name })
  return value === 'true'
}

/** A list of texts. */
export function texts(form: Form, name: string): string[] | undefined {
  const value = form[name]
  if (value === undefined) return undefined
  if (typeof value === 'string') throw invalid('Invalid array', { param: name })
  return Object.keys(value).map((index) => requiredText(value, index))
}

/** At most 50 names of at most 40 characters, with values of at most 500. An entry with an empty value is ignored. */
export function metadata(form: Form): Record<string, string> {
  const value = form.metadata ?? {}
  if (typeof value === 'string') throw invalid('Invalid hash', { param: 'metadata' })
  const pairs = Object.entries(value).map(([name, entry]) => {
    const param = `metadata[${name}]`
    if (typeof entry === 'object') throw invalid('Metadata values are strings.', { param })
    if (name.length > 40) throw invalid('Metadata keys can have up to 40 characters.', { param: 'metadata' })
    if (entry.length > 500) throw invalid('Metadata values can have up to 500 characters.', { param })
    return [name, entry] as const
  })
  if (pairs.length > 50) throw invalid('Metadata can have up to 50 keys.', { param: 'metadata' })
  return Object.fromEntries(pairs.filter(([, entry]) => entry !== ''))
}
