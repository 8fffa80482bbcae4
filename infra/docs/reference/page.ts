import { createHash } from 'node:crypto'
import { type OpenApi, type Response, type Route, routesOf, type Schema } from './document.ts'
import { Html, html, prose } from './html.ts'
import { operationSection, problemCodes } from './operation.ts'
import { example, fieldsOf } from './schema.ts'
import { style } from './style.ts'

const anchor = (name: string): string => name.toLowerCase().replaceAll(' ', '-')

const links = (title: string, target: string, names: readonly string[]): Html => html`<details><summary>${title}</summary>
<a href="#${target}">All of ${title}</a>
${names.map((name) => html`<a href="#${name}">${name}</a>\n`)}</details>
`

const tagSection = (tag: string, routes: readonly Route[], document: OpenApi): Html => html`<section>
<h2 id="tag-${anchor(tag)}">${tag}</h2>
${routes.map((route) => operationSection(route, document))}</section>
`

const schemaSection = (name: string, schema: Schema, document: OpenApi): Html => html`<section class="operation" id="${name}">
<h3><a href="#${name}">${name}</a></h3>
${schema.description && html`<p>${prose(schema.description)}</p>`}
${fieldsOf(schema)}
${example(schema, document)}
</section>
`

/** Every problem code with its meaning, collected from the document's responses. */
function problemList(responses: readonly Response[]): Html {
  const told = responses.flatMap((response) => {
    const meanings = response.description.split('; or: ')
    return problemCodes(response).map((code, i) => [String(code), meanings[i]] as const)
  })
  return html`<dl>
${[...new Map(told)]
  .sort(([a], [b]) => a.localeCompare(b))
  .map(
    ([code, meaning]) => html`<dt id="${code}"><code>${code}</code></dt>
<dd>${meaning}</dd>
`,
  )}</dl>`
}

const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`

/**
 * docs/reference.html: the OpenAPI document as one page that loads nothing and runs no script. It can be opened from disk, and served under
 * the strictest content security policy, which it contains itself.
 */
export function referencePage(document: OpenApi): string {
  const { info, tags, components } = document
  const byTag = Map.groupBy(routesOf(document), ({ operation }) => operation.tags[0] ?? '')
  const schemas = Object.entries(components.schemas)
  const namesOf = (tag: string) => (byTag.get(tag) ?? []).map(({ operation }) => operation.operationId)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title} ${info.version}: reference</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${info.title} <small>${info.version}</small></h1>
<p>${prose(info.description)}</p>
<p>The rules that hold for all of it are in <a href="api.md">api.md</a>, the OpenAPI document in <a href="openapi.json">openapi.json</a>.</p>
</header>
<nav aria-label="Operations">
${tags.map(({ name }) => links(name, `tag-${anchor(name)}`, namesOf(name)))}${links(
  'Schemas',
  'schemas',
  schemas.map(([name]) => name),
)}<a href="#problems">Problem codes</a>
</nav>
<main>
${tags.map(({ name }) => tagSection(name, byTag.get(name) ?? [], document))}<section>
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => schemaSection(name, schema, document))}</section>
<section>
<h2 id="problems">Problem codes</h2>
<p>Every error is <code>application/problem+json</code> with the shape <a href="#Problem">Problem</a>.</p>
${problemList(Object.values(components.responses))}
</section>
</main>
</body>
</html>
`.text
}
