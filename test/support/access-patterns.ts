import { beginOf, type Declaration, isPlaceOf } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import type { AccessPattern, EntityName } from '#shared/table/design/patterns/access-pattern.ts'
import { accessPatterns } from '#shared/table/design/patterns/access-patterns.ts'
import { sweepPartition } from '#shared/table/design/sweep-index.ts'

/** An attribute as the document client or DynamoDB itself writes it. */
type Text = string | { readonly S: string } | undefined

interface Place {
  readonly pk?: Text
  readonly sk?: Text
}

const textOf = (text: Text): string => (typeof text === 'object' ? text.S : (text ?? ''))

const nameOf = (name: string): string => name.replace(/^\w/, (letter) => letter.toUpperCase())

const entities = new Map(Object.entries<Declaration>(keys).map(([name, declaration]) => [nameOf(name), declaration]))

const entityAt = ({ pk, sk }: Place): string => {
  const place = { pk: textOf(pk), sk: textOf(sk) }
  const [entity] = [...entities].find(([, declaration]) => isPlaceOf(declaration, place)) ?? []
  return entity ?? `something at ${place.pk} ${place.sk}`
}

/** The parts of a command's input that are compared. */
interface Input {
  readonly RequestItems?: Readonly<Record<string, { readonly Keys?: readonly Place[] }>>
  readonly TransactItems?: readonly Readonly<Record<string, { readonly Item?: Place; readonly Key?: Place }>>[]
  readonly Key?: Place
  readonly IndexName?: string
  readonly ProjectionExpression?: string
  readonly ExpressionAttributeValues?: Readonly<Record<string, Text>>
}

const verbs: Readonly<Record<string, string>> = { Put: 'put', Update: 'update', Delete: 'remove', ConditionCheck: 'check' }

/** The caller's rights are checked on a member's row or on an API key: both are `check Member` in a pattern. */
const writesOf = (items: NonNullable<Input['TransactItems']>): string[] =>
  items.flatMap((item) =>
    Object.entries(item).map(([kind, { Item, Key }]) =>
      `${verbs[kind]} ${entityAt(Item ?? Key ?? {})}`.replace('check ApiKey', 'check Member'),
    ),
  )

const isAll = (some: readonly string[], all: readonly string[]): boolean => some.every((each) => all.includes(each))

/** Reads of several patterns share one call: each item must belong to a pattern that the call contains completely. */
function isReadOf(read: readonly string[]): boolean {
  const reads = accessPatterns.flatMap((pattern): readonly (readonly string[])[] => {
    if ('get' in pattern) return [pattern.get]
    return 'query' in pattern && pattern.andGet ? [pattern.andGet] : []
  })
  return isAll(read, reads.filter((each) => isAll(each, read)).flat())
}

const isWriteOf = (written: readonly string[], pattern: AccessPattern): boolean =>
  'write' in pattern && isAll(pattern.write, written) && isAll(written, [...pattern.write, ...(pattern.optional ?? [])])

/** The partition of a pattern's query: the beginning of its key. */
function partitionOf(name: EntityName, index: string | undefined): string {
  const { pk, listed } = entities.get(name) ?? {}
  return beginOf((index === 'gsi1' ? listed?.pk : index === 'gsi2' ? sweepPartition : pk) ?? '-')
}

const isQueryOf = ({ IndexName, ExpressionAttributeValues: values = {} }: Input, pattern: AccessPattern): boolean => {
  if (!('query' in pattern) || pattern.index !== IndexName || !textOf(values[':pk']).startsWith(partitionOf(pattern.query, IndexName)))
    return false
  return IndexName !== undefined || textOf(values[':sk']) === beginOf(entities.get(pattern.query)?.sk ?? '-')
}

/** The purge queries only sort keys, of whatever exists. */
const isPurge = ({ ProjectionExpression }: Input): boolean => ProjectionExpression === 'sk'

/** Describes a call to the table that matches no access pattern; undefined if one matches. */
export function unlisted(command: string, input: Input): string | undefined {
  const { RequestItems = {}, TransactItems, Key } = input
  const isOne = (holds: (pattern: AccessPattern) => boolean): boolean => accessPatterns.some(holds)
  if (command.startsWith('BatchGet')) {
    const read = Object.values(RequestItems).flatMap(({ Keys = [] }) => Keys.map(entityAt))
    return isReadOf(read) ? undefined : `get ${[...new Set(read)].join(', ')}`
  }
  if (TransactItems) {
    const written = writesOf(TransactItems)
    return isOne((pattern) => isWriteOf(written, pattern)) ? undefined : `write ${[...new Set(written)].join(', ')}`
  }
  if (Key) return isOne((pattern) => 'update' in pattern && pattern.update === entityAt(Key)) ? undefined : `update ${entityAt(Key)}`
  if (!command.startsWith('Query') || isPurge(input) || isOne((pattern) => isQueryOf(input, pattern))) return undefined
  return `query ${Object.values(input.ExpressionAttributeValues ?? {})
    .map(textOf)
    .join(' ')}`
}
