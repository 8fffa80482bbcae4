import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '#shared/http/operation.ts'
import type { ClientName } from '#shared/wiring.ts'
import type { Trigger } from '#shared/worker/trigger.ts'
import type { Worker } from '#shared/worker/worker.ts'
import type { Lists } from '../lists.ts'
import type { Entry } from './bundle.ts'
import { clientFactories } from './client-factories.ts'

const root = join(import.meta.dirname, '../../..')

/** `createAccount` → `create-account` */
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The module that declares a function, by the rule that its name is the function's. Throws where there is none, or more than one. */
function moduleOf(name: string): string {
  const [file, ...others] = globSync(`functions/**/${kebab(name)}.ts`, { cwd: root })
  if (!file || others.length > 0) throw new Error(`${name} must be declared in one file functions/…/${kebab(name)}.ts`)
  return `#${file}`
}

const imported = (name: string, module: string): string => `import { ${name} } from '${module}'`

const factoryImported = (service: ClientName): string => imported(clientFactories[service].open.name, clientFactories[service].module)

/** `{ table: openTable, queue: openQueue }` */
const opening = (services: readonly ClientName[]): string =>
  `{ ${services.map((service) => `${service}: ${clientFactories[service].open.name}`).join(', ')} }`

/** What an operation opens: what it declares, and what letting callers in takes. */
export const clientsOf = ({ services, access }: Operation): readonly ClientName[] => [
  ...new Set<ClientName>([...(access.kind === 'open' ? [] : (['table', 'tokens'] as const)), ...services]),
]

/** What a worker opens: what it needs, and the metrics, which operations do without. */
const clientsOfWorker = ({ services }: Worker): readonly ClientName[] => [...services, 'metrics']

function entry(name: string, maker: { name: string; module: string }, opened: readonly ClientName[]): Entry {
  const source = [
    imported(name, moduleOf(name)),
    imported(maker.name, maker.module),
    imported('wire', '#shared/wiring.ts'),
    ...opened.map(factoryImported),
    `export const handler = ${maker.name}(${name}, wire(${opening(opened)}))`,
  ]
  return { name, source: source.join('\n') }
}

const openMaker = { name: 'openHandler', module: '#shared/http/pipeline.ts' }
const maker = { name: 'httpHandler', module: '#shared/http/handler.ts' }
const workerMaker = { name: 'workerHandler', module: '#shared/worker/handler.ts' }

/** An operation's entry: the pipeline around it, wired with what it opens and nothing else. */
const operationEntry = (operation: Operation): Entry =>
  entry(operation.name, operation.access.kind === 'open' ? openMaker : maker, clientsOf(operation))

const workerEntry = (worker: Worker): Entry => entry(worker.name, workerMaker, clientsOfWorker(worker))

/** What a trigger opens. */
export const clientsOfTrigger: readonly ClientName[] = ['table', 'queue']

/** A trigger's entry: it has table and queue alone, for there are no settings yet when the user pool names it. */
const triggerEntry = ({ name }: Trigger): Entry => ({
  name,
  source: [
    imported(name, moduleOf(name)),
    imported('triggerHandler', '#shared/worker/trigger.ts'),
    ...clientsOfTrigger.map(factoryImported),
    `export const handler = triggerHandler(${name}, ${opening(clientsOfTrigger)})`,
  ].join('\n'),
})

/** The entry of the function behind `$default`, which answers every route that is not there. */
const notFoundEntry: Entry = {
  name: 'notFound',
  source: [
    imported('notFoundHandler', '#shared/http/pipeline.ts'),
    imported('wire', '#shared/wiring.ts'),
    'export const handler = notFoundHandler(wire({}))',
  ].join('\n'),
}

/** The entry of every function, from the lists. `npm run check:types` compiles them as the code that they are. */
export const entriesOf = ({ operations, workers, triggers }: Lists): Entry[] => [
  ...operations.map(operationEntry),
  ...workers.map(workerEntry),
  ...triggers.map(triggerEntry),
  notFoundEntry,
]
