import { indexes, ttlAttribute } from '#shared/table/design/attributes.ts'
import { beginOf, type Declaration } from '#shared/table/design/entity.ts'
import * as keys from '#shared/table/design/keys.ts'
import type { AccessPattern, EntityName } from '#shared/table/design/patterns/access-pattern.ts'
import { accessPatterns } from '#shared/table/design/patterns/access-patterns.ts'
import { sweepPartition } from '#shared/table/design/sweep-index.ts'
import costs from '../../docs/costs.json' with { type: 'json' }

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const chart = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n')

const code = (text: string | undefined): string => (text ? `\`${text}\`` : '')

const indexKey = (keys: { readonly pk: string; readonly sk: string } | undefined): string =>
  keys ? `${code(keys.pk)} ${code(keys.sk)}` : ''

const dueKey = { pk: sweepPartition, sk: '<dueAt>' }

/** The entities by name, in key order, so that those that share a partition are together. */
const entities = new Map(
  Object.entries<Declaration>(keys)
    .map(([name, entity]) => [name.replace(/^\w/, (letter) => letter.toUpperCase()), entity] as const)
    .sort(([, one], [, other]) => (`${one.pk} ${one.sk}` < `${other.pk} ${other.sk}` ? -1 : 1)),
)

const entityOf = (name: EntityName): Declaration => {
  const entity = entities.get(name)
  if (!entity) throw new Error(`No entity is called ${name}`)
  return entity
}

const entityRow = ([name, { pk, sk, listed, swept, ttl, kind, is }]: readonly [string, Declaration]): string[] => [
  name,
  code(pk),
  code(sk),
  indexKey(listed),
  indexKey(swept && dueKey),
  ttl ? 'yes' : '',
  code(kind),
  is,
]

/** How many indexes contain an entity. */
const indexesOf = ({ listed, swept }: Declaration): number => [listed, swept].filter(Boolean).length

type Writing = Extract<AccessPattern, { write: unknown }>
type WriteText = Writing['write'][number]

const entityIn = (write: WriteText): Declaration => entityOf(write.slice(write.indexOf(' ') + 1) as EntityName)

/** Writing or removing an item also writes its indexes; an update does so only if an index key changes. */
const indexWritesOf = (writes: readonly WriteText[]): number =>
  writes.filter((write) => /^(put|remove) /.test(write)).reduce((sum, write) => sum + indexesOf(entityIn(write)), 0)

const units = (writes: readonly WriteText[], indexWrites = indexWritesOf(writes)): number => 2 * writes.length + indexWrites

/**
 * If the number of items grows with the request, the first kind put or removed is the one that grows; in a read or an update, everything
 * does.
 */
function costOf(pattern: AccessPattern): string {
  if ('get' in pattern) return `${pattern.get.length} RRU${pattern.times ? ` × ${pattern.times}` : ''}`
  if ('query' in pattern) {
    const found = pattern.index ? '0.5 RRU per 4 KiB of keys' : '1 RRU per 4 KiB found'
    return pattern.andGet ? `${found}, then ${pattern.andGet.length} RRU × items` : found
  }
  if ('batch' in pattern) return '1 WCU per item, 1 more per index that it stands in; 1 RRU per 4 KiB read'
  const times = pattern.times ? ` × ${pattern.times}` : ''
  if ('update' in pattern) return `${1 + (pattern.indexWrites ?? 0)} WCU${times}`
  return writeCost(pattern)
}

function writeCost({ write, optional = [], indexWrites, times }: Writing): string {
  const [grows] = times ? [write.find((each) => each.startsWith('put ') || each.startsWith('remove '))] : []
  if (grows) return `${units(write.filter((each) => each !== grows))} WCU + ${units([grows])} WCU × ${times}${extra(optional)}`
  const least = units(write, indexWrites)
  return optional.length > 0 ? `${least} WCU${extra(optional)}` : `${least} WCU`
}

const extra = (optional: readonly WriteText[]): string => (optional.length > 0 ? `, ${units(optional)} more with the rest` : '')

/** What a query covers: all items of a kind in a partition of the table, a partition of `gsi1`, or what the sweep finds in a partition of `gsi2`. */
function rangeOf({ query, index }: Extract<AccessPattern, { query: unknown }>): string {
  const { pk, sk, listed } = entityOf(query)
  if (index === 'gsi1') return `gsi1pk = ${listed?.pk}`
  return index === 'gsi2' ? `gsi2pk = ${sweepPartition}, gsi2sk up to now` : `pk = ${pk}, sk begins with ${beginOf(sk)}`
}

function callOf(pattern: AccessPattern): string {
  if ('get' in pattern) return `BatchGetItem, consistent: ${pattern.get.join(', ')}`
  if ('query' in pattern) {
    const query = `Query${pattern.index ? ` on ${pattern.index}` : ', consistent'}: ${code(rangeOf(pattern))}`
    return pattern.andGet ? `${query}; BatchGetItem, consistent: ${pattern.andGet.join(', ')}` : query
  }
  if ('batch' in pattern) return 'Query of keys, consistent; BatchWriteItem: remove'
  if ('update' in pattern) return `UpdateItem: ${pattern.update}`
  const rest = pattern.optional ? ` (${pattern.optional.join(', ')})` : ''
  return `TransactWriteItems: ${pattern.write.join(', ')}${rest}`
}

/** docs/table.md: the items with their keys, and the request and cost of each access pattern. */
export const tablePage = (): string =>
  `${[
    '# The table',
    'Printed from `shared/table/design/` by `npm run docs`. One table holds everything. No text that a user typed is in a key: ids, and hashes of addresses.',
    '## Entities and keys',
    chart(['entity', 'pk', 'sk', ...Object.keys(indexes), 'ttl', 'kind', 'what it is'], [...entities].map(entityRow)),
    `Both indexes hold keys alone and are sparse: an item stands in one only while it has its attributes. The time to live (\`${ttlAttribute}\`) collects only what a condition already calls dead. A deletion’s receipt counts what it erases by kind.`,
    '## Access patterns',
    'Items have at most 1 KB, but for usage counters and invoices, which grow with months and meters. A consistent read of an item costs 1 RRU (4 KB), a write in a transaction 2 WCU (a check too), one alone 1, an entry that goes into an index or out of it 1 more. What stands in brackets is part of the call where there is something to do: an Idempotency-Key, an account to be made, a successor.',
    chart(
      ['what is asked or done', 'call', 'cost'],
      accessPatterns.map((pattern) => [pattern.is, callOf(pattern), costOf(pattern)]),
    ),
    '## Operations and workers',
    'Measured: each was run over DynamoDB Local, its calls recorded, and their capacity computed by AWS’s rules from the sizes of the items before and after (`docs/costs.json`, written by `npm run measure`; a test fails where it is stale). A round is a call that is waited for; parallel ones count once. Without an Idempotency-Key and with nobody in the way; what a request reads to let its caller in is included. What `npm run cost` makes of it is money.',
    chart(
      ['what is run', 'rounds', 'WCU', 'RRU', 'messages'],
      Object.entries(costs).map(([name, { rounds, wcu, rru, messages }]) => [name, ...[rounds, wcu, rru, messages].map(String)]),
    ),
  ].join('\n\n')}\n`
