/** The parts of an OpenAPI 3.1 document that the reference reads, as zod-openapi writes them. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Named<Partial<Named<Operation>>>
  readonly components: Components
}

type Named<T> = Readonly<Record<string, T>>

interface Components {
  readonly schemas: Named<Schema>
  readonly responses: Named<Response>
  readonly parameters: Named<Parameter>
  readonly headers: Named<Header>
}

interface Reference {
  readonly $ref: string
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security: readonly Named<unknown>[]
  readonly parameters?: readonly (Parameter | Reference)[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Named<Response | Reference>
}

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly description?: string
  examples?: readonly unknown[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly properties?: Named<Schema>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
}

export interface Header {
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

export interface Parameter extends Header {
  readonly in: string
  readonly name: string
}

export type Content = Named<{ readonly schema: Schema }>

export interface Response {
  readonly description: string
  readonly headers?: Named<Header | Reference>
  readonly content?: Content
}

/** The last segment of a reference: the name of its target. */
export const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1)

/** Resolves a reference to its component; returns anything else unchanged. */
export function resolved<T extends object>(part: T | Reference, components: Named<T>): T {
  if (!isReference(part)) return part
  const target = components[nameOf(part.$ref)]
  if (!target) throw new Error(`${part.$ref} leads nowhere`)
  return target
}

const isReference = (part: object): part is Reference => '$ref' in part

export interface Route {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete']

/** Every operation of the document, in document order. */
export const routesOf = ({ paths }: OpenApi): readonly Route[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ method: method.toUpperCase(), path, operation }] : []
    }),
  )
