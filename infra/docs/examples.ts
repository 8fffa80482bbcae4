import { type OpenApi, routesOf, type Schema } from './reference/document.ts'

/** A likely value for a field, by the name of its owner (an operation or a schema) and its own name; the first match wins. */
const examples: readonly (readonly [RegExp, unknown])[] = [
  [/project\.name$/i, 'Rocket'],
  [/workspace\.name$|\.workspaceName$|\.confirm$/i, 'Blue Team'],
  [/apiKey\.name$/i, 'Build server'],
  [/\.name$/, 'Ann'],
  [/\.email$/, 'ann@example.com'],
  [/\.workspaceId$/, 'ws_01k0c5r2m8q3v9xw7y4z6b1d2e'],
  [/\.(accountId|createdBy|successorId)$/, 'acc_01k0c5r2m8q3v9xw7y4z6b1d2e'],
  [/\.projectId$/, 'prj_01k0c5r2m8q3v9xw7y4z6b1d2e'],
  [/\.invitationId$/, 'inv_01k0c5r2m8q3v9xw7y4z6b1d2e'],
  [/\.apiKeyId$/, 'key_01k0c5r2m8q3v9xw7y4z6b1d2e'],
  [/\.invoiceId$/, 'in_01k0c5r2m8q3v9xw7y4z6b1d2e'],
  [/\.deletionId$/, 'del_01k0c5r2m8q3v9xw7y4z6b1d2e'],
  [/\.paymentMethodId$/, 'pm_card_visa'],
  [/\.(occurredAt|expiresAt)$/, '2026-11-24T10:00:00.000Z'],
  [/\.period$/, '2026-11'],
  [/reportUsage\.id$/, 'backup-2026-11-24'],
  [/Meter\.id$|\.meter$/, 'storage'],
  [/\.unit$/, 'GB-month'],
  [/\.description$/, 'Storage'],
  [/\.quantity$/, '12.5'],
  [/\.currency$/, 'usd'],
  [/Invoice\.number$/, 'ATR-000042'],
  [/\.provider$/, 'stripe'],
  [/\.reference$/, 'pi_3PqR'],
  [/\.brand$/, 'visa'],
  [/PaymentMethod\.last4$/, '4242'],
  [/ApiKey\.prefix$/, 'atr_01k0c5r2'],
  [/ApiKey\.last4$/, '9x2b'],
  [/\.secret$/, 'atr_01k0c5r2m8q3…9x2b'],
  [/\.(failure|nextCursor)$/, null],
  [/\.cursor$/, 'kT2mVbq0'],
  [/\.purged$/, { member: 2, project: 1 }],
  [/\.(memberCount|purgedItems)$/, 3],
  [/\.(sendCount|accepted)$/, 1],
  [/\.duplicates$/, 0],
  [/\.issuer$/, 'https://issuer.example.com'],
  [/\.clientId$/, 'atrium-web'],
  [/\.appUrl$/, 'https://app.example.com'],
  [/\.openapi$/, '3.1.0'],
  [/\.token$/, 'ATKfVg3…'],
  [/Problem\.type$/, 'urn:atrium:problem:last_admin'],
  [/Problem\.title$/, 'A workspace must keep an admin'],
  [/Problem\.status$/, 409],
  [/Problem\.detail$/, 'This member is the last admin. Make somebody else an admin first.'],
  [/Problem\.requestId$/, '5f0c2b1e-6d3a-4b8e-9c47-2a1d0e6f7b85'],
  [/Problem\.pointer$/, '/name'],
]

const says = ['$ref', 'examples', 'const', 'enum', 'default', 'properties', 'items', 'anyOf', 'oneOf', 'allOf']

/** Adds an example to a schema and to everything below it, unless the schema itself shows what a value looks like. */
function exemplify(schema: Schema, owner: string, name = ''): void {
  const { properties = {}, items, anyOf = [], oneOf = [] } = schema
  const found = examples.find(([pattern]) => pattern.test(`${owner}.${name}`))
  if (found && schema.type !== 'null' && !says.some((key) => key in schema)) schema.examples = [found[1]]
  for (const [property, of] of Object.entries(properties)) exemplify(of, owner, property)
  for (const of of [...(items ? [items] : []), ...anyOf, ...oneOf]) exemplify(of, owner, name)
}

/** A document with an example for every value that has none. Examples are added only here, so they cost the functions no bytes. */
export function withExamples(openApi: object): OpenApi {
  const document: OpenApi = JSON.parse(JSON.stringify(openApi))
  for (const [name, schema] of Object.entries(document.components.schemas)) exemplify(schema, name)
  for (const { operation } of routesOf(document)) {
    const { operationId, parameters = [], requestBody, responses } = operation
    for (const parameter of parameters) if ('name' in parameter) exemplify(parameter.schema, operationId, parameter.name)
    for (const part of [...(requestBody ? [requestBody] : []), ...Object.values(responses)])
      if ('content' in part) for (const { schema } of Object.values(part.content ?? {})) exemplify(schema, operationId)
  }
  return document
}
