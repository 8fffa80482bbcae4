import { type Operation, takesApiKeys } from '#shared/http/operation.ts'
import type { TableAction } from '#shared/table/table-actions.ts'
import type { ClientName } from '#shared/wiring.ts'
import { clientsOf } from './bundle/entries.ts'
import type { Grant } from './constructs/function.ts'

/** The ARNs that functions are granted access to. */
export interface Resources {
  readonly table: string
  /** By name. */
  readonly queues: ReadonlyMap<string, string>
  readonly mail: readonly string[]
}

/** The IAM action for each table action, and its resource: the table, or one of its indexes. */
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

/** The table action for an IAM action on `table` or `table/index/…`; undefined if there is none. */
export const tableActionOf = (action: string, resource: string): TableAction | undefined =>
  (Object.keys(iam) as TableAction[]).find((each) => {
    const [name, index] = iam[each]
    return `dynamodb:${name}` === action && resource === (index ? `table/index/${index}` : 'table')
  })

function tableGrants(actions: Iterable<TableAction>, table: string): Grant[] {
  const wanted = [...new Set(actions)].map((action) => iam[action])
  const byIndex = Map.groupBy(wanted, ([, index]) => index)
  return [...byIndex].map(([index, on]) => ({
    actions: on.map(([action]) => `dynamodb:${action}`).sort(),
    resources: [index ? `${table}/index/${index}` : table],
  }))
}

/** How the pipeline uses the table: it reads the caller, records that an API key was used, and stores answers. */
const pipelineActions = ({ access, idempotent }: Operation): readonly TableAction[] => [
  ...(access.kind === 'open' ? [] : (['get'] as const)),
  ...(takesApiKeys(access) ? (['update'] as const) : []),
  ...(idempotent ? (['put'] as const) : []),
]

type ServiceName = Exclude<ClientName, 'table'>

type Sender = { readonly sendsTo?: readonly string[] | undefined }

/** What each service needs besides the table. Tokens are checked with public keys, and the payment provider's key is in the settings. */
const needed: { readonly [N in ServiceName]: (resources: Resources, sender: Sender) => Grant[] } = {
  queue: ({ queues }, { sendsTo = [] }) => [{ actions: ['sqs:SendMessage'], resources: sendsTo.flatMap((name) => queues.get(name) ?? []) }],
  mail: ({ mail }) => [{ actions: ['ses:SendEmail'], resources: mail }],
  tokens: () => [],
  metrics: () => [],
  payments: () => [],
}

const neededBy = (opened: readonly ClientName[], resources: Resources, sender: Sender): Grant[] =>
  opened.flatMap((service) => (service === 'table' ? [] : needed[service](resources, sender)))

/** What an operation's role allows: what the pipeline around it needs, and what the operation declares. */
export const operationGrants = (operation: Operation, resources: Resources): Grant[] => [
  ...tableGrants([...pipelineActions(operation), ...(operation.tableActions ?? [])], resources.table),
  ...neededBy(clientsOf(operation), resources, operation),
]

/** What a worker's or trigger's role allows. */
export const workerGrants = (worker: Sender & TableActionsOf, resources: Resources): Grant[] => [
  ...(worker.services.includes('table') ? tableGrants(worker.tableActions ?? [], resources.table) : []),
  ...neededBy(worker.services, resources, worker),
]

interface TableActionsOf {
  readonly services: readonly ClientName[]
  readonly tableActions?: readonly TableAction[] | undefined
}
