import { readFileSync, writeFileSync } from 'node:fs'
import { operations } from '#functions/operations.ts'
import { openApiDocument } from '#shared/http/openapi.ts'
import { withExamples } from './examples.ts'
import { referencePage } from './reference/page.ts'
import { tablePage } from './table-page.ts'

/**
 * Writes what is generated below docs/, where it has changed (npm run docs; npm start does it first, so that what it serves is true). The operation `openapi` answers with docs/openapi.json, so that the file has to be
 * there to read the list that it is made from: what it says does not matter.
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

/** Every generated file with the text that it should have. */
export const generated: Readonly<Record<string, string>> = {
  'docs/openapi.json': `${JSON.stringify(document, undefined, 2)}\n`,
  'docs/reference.html': referencePage(document),
  'docs/table.md': tablePage(),
}

if (import.meta.main)
  for (const [path, text] of Object.entries(generated)) if (readFileSync(fileIn(path), 'utf8') !== text) writeFileSync(fileIn(path), text)
