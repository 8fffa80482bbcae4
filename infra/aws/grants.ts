import type { Access, Operation } from '#shared/http/operation.ts'
import { type TableAction, usualActions } from '#shared/table/actions.ts'
import { openedBy } from './bundle/entries.ts'
import type { Opened } from './bundle/openers.ts'
import type { Grant } from './constructs/function.ts'

/** The ARNs that functions are granted something on. */
export interface Resources {
  readonly table: string
  /** By name. */
  readonly queues: ReadonlyMap<string, string>
  readonly mail: readonly string[]
}

/** What IAM calls each of them, and on what: the table, or an index of it. */
const iam: { readonly [A in TableAction]: readonly [action: string, index?: string] } = {
  get: ['BatchGetItem'],
  query: ['Query'],
  'query gsi1': ['Query', 'gsi1'],
  'query gsi2': ['Query', 'gsi2'],
  put: ['PutItem'],
  update: ['UpdateItem'],
  delete: ['DeleteItem'],
  check: ['ConditionCheckItem'],
  'batch write': ['BatchWriteItem'],
}

function tableGrants(actions: Iterable<TableAction>, table: string): Grant[] {
  const wanted = [...new Set(actions)].map((action) => iam[action])
  const byIndex = Map.groupBy(wanted, ([, index]) => index)
  return [...byIndex].map(([index, on]) => ({
    actions: on.map(([action]) => `dynamodb:${action}`).sort(),
    resources: [index ? `${table}/index/${index}` : table],
  }))
}

/** What letting a caller in does to the table: it reads, and notes that an API key was used. */
const admission = ({ kind }: Access): readonly TableAction[] =>
  kind === 'open' ? [] : kind === 'token' || kind === 'workspace' || kind === 'apiKey' ? ['get', 'update'] : ['get']

/** What an operation's own part does to the table: what it says, or what its method lets expect. */
const ownActions = ({ touches, needs, method }: Operation): readonly TableAction[] =>
  touches ?? (needs.includes('table') ? usualActions.filter((action) => method !== 'GET' || /get|query/.test(action)) : [])

type Need = Exclude<Opened, 'table'>

type Sender = { readonly announces?: readonly string[] | undefined }

/** What each service takes beside the table. Tokens are checked with public keys, and payments with a key that stands in the settings. */
const needed: { readonly [N in Need]: (resources: Resources, sender: Sender) => Grant[] } = {
  queue: ({ queues }, { announces = [...queues.keys()] }) => [
    { actions: ['sqs:SendMessage'], resources: announces.flatMap((name) => queues.get(name) ?? []) },
  ],
  mail: ({ mail }) => [{ actions: ['ses:SendEmail'], resources: mail }],
  tokens: () => [],
  metrics: () => [],
  payments: () => [],
}

const neededBy = (opened: readonly Opened[], resources: Resources, sender: Sender): Grant[] =>
  opened.flatMap((service) => (service === 'table' ? [] : needed[service](resources, sender)))

/** What an operation's role allows: what follows from who may call it, and what it declares. */
export const operationGrants = (operation: Operation, resources: Resources): Grant[] => [
  ...tableGrants([...admission(operation.access), ...ownActions(operation)], resources.table),
  ...neededBy(openedBy(operation), resources, operation),
]

/** What a worker's or trigger's role allows. */
export const workerGrants = (worker: Sender & Touching, resources: Resources): Grant[] => [
  ...(worker.needs.includes('table') ? tableGrants(worker.touches ?? usualActions, resources.table) : []),
  ...neededBy(worker.needs, resources, worker),
]

interface Touching {
  readonly needs: readonly Opened[]
  readonly touches?: readonly TableAction[] | undefined
}
