import { readFileSync, writeFileSync } from 'node:fs'
import { operations } from '#functions/operations.ts'
import { openApiDocument } from '#shared/http/openapi.ts'
import { withExamples } from './examples.ts'
import { referencePage } from './reference/page.ts'
import { tablePage } from './table-page.ts'

/**
 * Writes the generated files in docs/ that have changed (`npm run docs`; `npm start` runs it first, so that what it serves is current). The
 * operation `openapi` answers with docs/openapi.json, so that file must exist before the list that it is generated from can be loaded; its
 * content does not matter.
 */
const fileIn = (path: string): URL => new URL(`../../${path}`, import.meta.url)

const { version } = JSON.parse(readFileSync(fileIn('package.json'), 'utf8'))

const document = withExamples(
  openApiDocument(operations, {
    title: 'Atrium',
    version,
    description: 'A workspace backend: accounts, workspaces, members, invitations, projects, API keys, usage and invoices.',
  }),
)

/** Every generated file with its expected text. */
export const generated: Readonly<Record<string, string>> = {
  'docs/openapi.json': `${JSON.stringify(document, undefined, 2)}\n`,
  'docs/reference.html': referencePage(document),
  'docs/table.md': tablePage(),
}

if (import.meta.main)
  for (const [path, text] of Object.entries(generated)) if (readFileSync(fileIn(path), 'utf8') !== text) writeFileSync(fileIn(path), text)
