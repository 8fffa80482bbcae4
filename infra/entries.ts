import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entriesOf } from './aws/bundle/entries.ts'
import { lists } from './aws/lists.ts'

const folder = join(import.meta.dirname, '../cdk.out/entries')

/** Writes down the entry of every function that is deployed, so that the compiler sees them with all other code: `npm run check:types`. */
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const { name, source } of entriesOf(lists)) writeFileSync(join(folder, `${name}.ts`), `${source}\n`)
