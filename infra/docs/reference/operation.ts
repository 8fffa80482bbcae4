import { type Content, type Header, type OpenApi, type Operation, type Parameter, type Response, type Route, resolved } from './document.ts'
import { type Html, html, prose } from './html.ts'
import { example, field, fieldsOf, typeOf } from './schema.ts'

const titled = (title: string, content: Html | undefined | readonly Html[]): Html =>
  html`<h4>${title}</h4>
${content}
`

/** Who may call it: the document's security in words; roles and scope are in the description. */
function callers({ security, description }: Operation): Html {
  const kinds = security.flatMap(Object.keys)
  const who = [...(kinds.includes('accessToken') ? ['a person'] : []), ...(kinds.includes('apiKey') ? ['an API key'] : [])].join(' or ')
  return html`Called by ${who || 'everybody, without a token'}. ${prose(description)}`
}

const parameter = ({ name, in: place, schema, required = false, description }: Parameter): Html =>
  field(name, schema, { optional: !required, description: `${place === 'header' ? 'A header' : `In the ${place}`}. ${description ?? ''}` })

/** A body: what it is, its fields, and an example if it is JSON. */
const content = (contents: Content, document: OpenApi): Html[] =>
  Object.entries(contents).map(([mediaType, { schema }]) =>
    mediaType === 'application/json'
      ? html`${fieldsOf(schema) ?? html`<p>${typeOf(schema)}</p>`}
${example(schema, document)}`
      : html`<p>${mediaType}</p>`,
  )

const header = (name: string, { schema, required = false, description }: Header): Html =>
  field(name, schema, { optional: !required, description })

const answer = (status: string, { description, headers = {}, content: contents = {} }: Response, document: OpenApi): Html =>
  titled(`${status} ${description}`, [
    html`<details><summary>Headers</summary><dl>
${Object.entries(headers).map(([name, each]) => header(name, resolved(each, document.components.headers)))}</dl></details>
`,
    ...content(contents, document),
  ])

/** The problem codes that an answer can have; none for a success. */
export const problemCodes = ({ content: contents = {} }: Response): readonly unknown[] =>
  contents['application/problem+json']?.schema.allOf?.flatMap(({ properties }) => properties?.code?.enum ?? []) ?? []

const problems = (status: string, response: Response): Html =>
  html`<li>${status} ${problemCodes(response)
    .map(String)
    .map((code) => html`<a href="#${code}">${code}</a> `)}</li>
`

/** One operation: its route, who may call it, what it takes and what it answers. */
export function operationSection({ method, path, operation }: Route, document: OpenApi): Html {
  const { operationId, summary, parameters = [], requestBody: body, responses } = operation
  const answers = Object.entries(responses).map(
    ([status, response]) => [status, resolved(response, document.components.responses)] as const,
  )
  const isProblem = ([, response]: (typeof answers)[number]) => problemCodes(response).length > 0
  return html`<section class="operation" id="${operationId}">
<h3><a href="#${operationId}">${operationId}</a></h3>
<p>${prose(summary)}.</p>
<p class="route"><b class="${method}">${method}</b> <code>${path}</code></p>
<p>${callers(operation)}</p>
${parameters.length > 0 && titled('Parameters', html`<dl>${parameters.map((each) => parameter(resolved(each, document.components.parameters)))}</dl>`)}${
  body && titled(body.required ? 'Body' : 'Body, optional', content(body.content, document))
}${answers.filter((each) => !isProblem(each)).map(([status, response]) => answer(status, response, document))}${titled(
  'Problems',
  html`<ul>
${answers.filter(isProblem).map(([status, response]) => problems(status, response))}</ul>`,
)}</section>
`
}
