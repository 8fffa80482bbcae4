import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Operation } from '#shared/http/operation.ts'
import type { Trigger } from '#shared/worker/trigger.ts'
import type { Worker } from '#shared/worker/worker.ts'
import type { Entry } from './bundle.ts'
import { type Opened, openers } from './openers.ts'

const root = join(import.meta.dirname, '../../..')

/** `createAccount` → `create-account` */
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The file that declares a function, by the rule that its name is the function's. Throws where there is none, or more than one. */
function fileOf(name: string): string {
  const [file, ...others] = globSync(`functions/**/${kebab(name)}.ts`, { cwd: root })
  if (!file || others.length > 0) throw new Error(`${name} must be declared in one file functions/…/${kebab(name)}.ts`)
  return `./${file}`
}

/** What an operation opens: what it declares, and what letting callers in takes. */
export const openedBy = ({ needs, access }: Operation): readonly Opened[] => [
  ...new Set<Opened>([...(access.kind === 'open' ? [] : (['table', 'tokens'] as const)), ...needs]),
]

function entry(name: string, maker: { name: string; module: string }, opened: readonly Opened[]): Entry {
  const parts = opened.map((service) => ({ service, ...openers[service] }))
  const source = [
    `import { ${name} } from '${fileOf(name)}'`,
    `import { ${maker.name} } from '${maker.module}'`,
    `import { wire } from './shared/wiring.ts'`,
    ...parts.map(({ name, module }) => `import { ${name} } from '${module}'`),
    `export const handler = ${maker.name}(${name}, wire({ ${parts.map(({ service, name }) => `${service}: ${name}`).join(', ')} }))`,
  ]
  return { name, source: source.join('\n') }
}

const openMaker = { name: 'openHandler', module: './shared/http/pipeline.ts' }
const maker = { name: 'httpHandler', module: './shared/http/handler.ts' }

/** An operation's entry: the pipeline around it, wired with what it opens and nothing else. */
export const operationEntry = (operation: Operation): Entry =>
  entry(operation.name, operation.access.kind === 'open' ? openMaker : maker, openedBy(operation))

/** What a worker opens: what it needs, and the metrics, which operations do without. */
const openedByWorker = ({ needs }: Worker): readonly Opened[] => [...needs, 'metrics']

/** A worker's entry. */
export const workerEntry = (worker: Worker): Entry =>
  entry(worker.name, { name: 'workerHandler', module: './shared/worker/handler.ts' }, openedByWorker(worker))

/** A trigger's entry: it has the table alone. */
export const triggerEntry = ({ name }: Trigger): Entry => ({
  name,
  source: [
    `import { ${name} } from '${fileOf(name)}'`,
    `import { triggerHandler } from './shared/worker/trigger.ts'`,
    `import { ${openers.table.name} } from '${openers.table.module}'`,
    `export const handler = triggerHandler(${name}, ${openers.table.name})`,
  ].join('\n'),
})

/** The entry of the function behind `$default`, which answers every route that is not there. */
export const notFoundEntry: Entry = {
  name: 'notFound',
  source: [
    `import { notFoundHandler } from './shared/http/pipeline.ts'`,
    `import { wire } from './shared/wiring.ts'`,
    'export const handler = notFoundHandler(wire({}))',
  ].join('\n'),
}
