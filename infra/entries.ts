import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entriesOf } from './aws/bundle/entries.ts'
import { lists } from './aws/lists.ts'

const folder = join(import.meta.dirname, '../cdk.out/entries')

/** Writes the entry file of every deployed function, so that the compiler checks them with all other code: `npm run check:types`. */
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const { name, source } of entriesOf(lists)) writeFileSync(join(folder, `${name}.ts`), `${source}\n`)
