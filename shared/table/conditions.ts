/**
 * Conditions and updates as data, compiled into DynamoDB's expressions: every attribute name and value becomes a placeholder,
 * so that reserved words and user text cannot matter.
 */
export type Condition =
  | { readonly test: 'exists' | 'absent'; readonly attribute: string }
  | { readonly test: '=' | '<' | '<=' | '>' | '>=' | 'contains'; readonly attribute: string; readonly value: unknown }
  | { readonly test: 'in'; readonly attribute: string; readonly values: readonly unknown[] }
  | { readonly test: 'any' | 'all'; readonly of: readonly Condition[] }

export const exists = (attribute: string): Condition => ({ test: 'exists', attribute })
export const absent = (attribute: string): Condition => ({ test: 'absent', attribute })
export const is = (attribute: string, value: unknown): Condition => ({ test: '=', attribute, value })
export const below = (attribute: string, value: unknown): Condition => ({ test: '<', attribute, value })
export const atMost = (attribute: string, value: unknown): Condition => ({ test: '<=', attribute, value })
export const atLeast = (attribute: string, value: unknown): Condition => ({ test: '>=', attribute, value })
export const above = (attribute: string, value: unknown): Condition => ({ test: '>', attribute, value })
export const contains = (attribute: string, value: unknown): Condition => ({ test: 'contains', attribute, value })
export const oneOf = (attribute: string, values: readonly unknown[]): Condition => ({ test: 'in', attribute, values })
export const any = (...of: readonly Condition[]): Condition => ({ test: 'any', of })
export const all = (...of: readonly Condition[]): Condition => ({ test: 'all', of })

/**
 * What an update does to attributes: `set` replaces, `add` adds to a number or a set, `remove` drops. `set` leaves out undefined. `count`
 * adds one to a number (0 where there is none), and sets another attribute to the result.
 */
export interface Change {
  readonly set?: Readonly<Record<string, unknown>>
  readonly add?: Readonly<Record<string, unknown>>
  readonly remove?: readonly string[]
  readonly count?: { readonly attribute: string; readonly into: string }
}

/** Hands out placeholders, one a name and one a value. */
export class Placeholders {
  readonly names: Record<string, string> = {}
  readonly values: Record<string, unknown> = {}
  readonly #known = new Map<string, string>()

  name(attribute: string): string {
    const known = this.#known.get(attribute)
    if (known) return known
    const placeholder = `#n${this.#known.size}`
    this.#known.set(attribute, placeholder)
    this.names[placeholder] = attribute
    return placeholder
  }

  value(value: unknown): string {
    const placeholder = `:v${Object.keys(this.values).length}`
    this.values[placeholder] = value
    return placeholder
  }

  /** The two maps as a request takes them: an empty one must be left out. */
  maps(): { ExpressionAttributeNames?: Record<string, string>; ExpressionAttributeValues?: Record<string, unknown> } {
    return {
      ...(Object.keys(this.names).length > 0 && { ExpressionAttributeNames: this.names }),
      ...(Object.keys(this.values).length > 0 && { ExpressionAttributeValues: this.values }),
    }
  }
}

export function conditionText(condition: Condition, p: Placeholders): string {
  switch (condition.test) {
    case 'exists':
      return `attribute_exists(${p.name(condition.attribute)})`
    case 'absent':
      return `attribute_not_exists(${p.name(condition.attribute)})`
    case 'contains':
      return `contains(${p.name(condition.attribute)}, ${p.value(condition.value)})`
    case 'in':
      return `${p.name(condition.attribute)} IN (${condition.values.map((v) => p.value(v)).join(', ')})`
    case 'any':
    case 'all':
      return condition.of
        .map((c) => conditionText(c, p))
        .map((text, _, { length }) => (length > 1 ? `(${text})` : text)) // DynamoDB refuses redundant parentheses
        .join(condition.test === 'any' ? ' OR ' : ' AND ')
    default:
      return `${p.name(condition.attribute)} ${condition.test} ${p.value(condition.value)}`
  }
}

export function changeText(change: Change, p: Placeholders): string {
  const pairs = (fields: Readonly<Record<string, unknown>> | undefined, join: string) =>
    Object.entries(fields ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${p.name(name)}${join}${p.value(value)}`)
      .join(', ')
  const clauses = [
    ['SET', [pairs(change.set, ' = '), counting(change.count, p)].filter(Boolean).join(', ')],
    ['ADD', pairs(change.add, ' ')],
    ['REMOVE', (change.remove ?? []).map((name) => p.name(name)).join(', ')],
  ]
  return clauses
    .filter(([, text]) => text !== '')
    .map((clause) => clause.join(' '))
    .join(' ')
}

/** Both are computed from the item as it was before the update. */
function counting(count: Change['count'], p: Placeholders): string {
  if (!count) return ''
  const next = `if_not_exists(${p.name(count.attribute)}, ${p.value(0)}) + ${p.value(1)}`
  return [count.attribute, count.into].map((name) => `${p.name(name)} = ${next}`).join(', ')
}
