import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '#shared/http/operation.ts'
import type { FirstAnswer } from '#shared/ready.ts'
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

/** What makes a handler, and its module. */
interface Maker {
  readonly name: string
  readonly module: string
}

const openMaker: Maker = { name: 'openHandler', module: '#shared/http/pipeline.ts' }
const maker: Maker = { name: 'httpHandler', module: '#shared/http/handler.ts' }
const workerMaker: Maker = { name: 'workerHandler', module: '#shared/worker/handler.ts' }

/** The lines of a function's source, without the one that makes it ready: nobody waits for the first message of a worker. */
const sourceOf = (name: string, maker: Maker, opened: readonly ClientName[], first?: FirstAnswer): string[] => [
  imported(name, moduleOf(name)),
  imported(maker.name, maker.module),
  imported('wire', '#shared/wiring.ts'),
  ...opened.map(factoryImported),
  `const services = wire(${opening(opened)})`,
  ...(first ? makingReady('services', first) : []),
  `export const handler = ${maker.name}(${name}, services)`,
]

/** Before the first event. Imports stand anywhere in a module. */
const makingReady = (services: string, { connections, needsKeys }: FirstAnswer): string[] => [
  imported('ready', '#shared/ready.ts'),
  `await ready(${services}, { connections: ${connections}, needsKeys: ${needsKeys} })`,
]

/** What the first answer of an operation waits for; what lets the caller in is read beside what the operation loads. */
function firstAnswerOf(operation: Operation): FirstAnswer | undefined {
  const { access, load } = operation
  if (!clientsOf(operation).includes('table')) return undefined
  if (access.kind === 'open') return { connections: 1, needsKeys: false }
  return { connections: load ? 2 : 1, needsKeys: access.kind !== 'apiKey' }
}

/** An operation's entry: the pipeline around it, wired with what it opens and nothing else. */
const operationEntry = (operation: Operation, makesReady: boolean): Entry => ({
  name: operation.name,
  source: sourceOf(
    operation.name,
    operation.access.kind === 'open' ? openMaker : maker,
    clientsOf(operation),
    makesReady ? firstAnswerOf(operation) : undefined,
  ).join('\n'),
})

const workerEntry = (worker: Worker): Entry => ({
  name: worker.name,
  source: sourceOf(worker.name, workerMaker, clientsOfWorker(worker)).join('\n'),
})

/** What a trigger opens. */
export const clientsOfTrigger: readonly ClientName[] = ['table', 'queue']

/** A trigger's entry: it has table and queue alone, for there are no settings yet when the user pool names it. */
const triggerEntry = ({ name }: Trigger, makesReady: boolean): Entry => ({
  name,
  source: [
    imported(name, moduleOf(name)),
    "import { openTriggerTools, triggerHandler } from '#shared/worker/trigger.ts'",
    ...clientsOfTrigger.map(factoryImported),
    `const tools = openTriggerTools(${opening(clientsOfTrigger)})`,
    ...(makesReady ? makingReady('tools', { connections: 1, needsKeys: false }) : []),
    `export const handler = triggerHandler(${name}, tools)`,
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

/**
 * The entry of every function, from the lists. `npm run check:types` compiles them as the code that they are. `makesReady` is turned off to
 * measure what it wins.
 */
export const entriesOf = ({ operations, workers, triggers }: Lists, { makesReady = true } = {}): Entry[] => [
  ...operations.map((operation) => operationEntry(operation, makesReady)),
  ...workers.map(workerEntry),
  ...triggers.map((trigger) => triggerEntry(trigger, makesReady)),
  notFoundEntry,
]
